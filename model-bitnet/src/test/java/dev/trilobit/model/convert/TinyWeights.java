package dev.trilobit.model.convert;

import dev.trilobit.api.program.GateActivation;
import dev.trilobit.api.program.Program;
import dev.trilobit.api.program.RopeScaling;
import dev.trilobit.api.program.RopeSpec;
import dev.trilobit.api.program.WeightRef;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.api.quant.WeightFormat;
import dev.trilobit.model.arch.DecoderModel;
import dev.trilobit.model.arch.DecoderPrograms;
import dev.trilobit.model.arch.ModelConfig;
import dev.trilobit.model.arch.Quantization;
import dev.trilobit.model.file.ModelFolder;
import dev.trilobit.model.file.ModelFolders;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Random matrices and models of two layers, 256 wide, of every format. */
final class TinyWeights {
    private TinyWeights() {}

    /** Makes a matrix. */
    static Weight matrix(WeightFormat format, int rows, int cols, Arena arena) {
        var ref = new WeightRef("w", new MatrixShape(rows, cols), format);
        return new SyntheticWeights(Map.of("w", ref), 7).weight("w", arena);
    }

    /** Returns the sizes of a model: 2 heads of 64 turn over one of keys in a Llama. */
    static ModelConfig config(String architecture, boolean tied) {
        return config(architecture, tied, new RopeScaling.None());
    }

    static ModelConfig config(String architecture, boolean tied, RopeScaling scaling) {
        return new ModelConfig(
                architecture,
                96,
                256,
                512,
                2,
                4,
                2,
                64,
                128,
                architecture.equals("bitnet") ? GateActivation.RELU_SQUARED : GateActivation.SILU,
                1e-5f,
                new RopeSpec(64, 10_000, scaling),
                tied,
                new Quantization.None());
    }

    /** Makes a model whose linear layers have a format; tables are dense unless they may not be. */
    static DecoderModel model(ModelConfig config, WeightFormat linear, WeightFormat table) {
        Program program =
                DecoderPrograms.write(
                        config,
                        (module, shape) -> {
                            if (shape.rows() == 1) {
                                return new Dense(FloatType.BF16);
                            }
                            return module.startsWith("model.layers") ? linear : table;
                        });
        return new DecoderModel(config, program, new SyntheticWeights(program.weights(), 3));
    }

    /** Writes a model without comparing it with anything. */
    static ModelFolder write(
            DecoderModel model, Path target, ModelFormat format, TableFormat tables)
            throws IOException {
        ConversionOptions options =
                ConversionOptions.to(format).withEmbedding(tables).withHead(tables);
        var files = new SyntheticFiles("tiny", List.of(), false);
        new Conversion("tiny", model, files, options, ConversionListener.NONE).run(target);
        return ModelFolders.open(target);
    }
}
