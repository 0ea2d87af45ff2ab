package dev.trilobit.model.arch;

import dev.trilobit.api.program.ActivationQuant;
import dev.trilobit.api.program.Program;
import dev.trilobit.api.program.WeightRef;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.WeightFormat;
import dev.trilobit.model.arch.WeightPlan.LinearLayer;
import java.util.function.BiFunction;

/** Writes programs of models that have no files yet. */
public final class DecoderPrograms {
    private DecoderPrograms() {}

    /**
     * Writes the program of a decoder.
     *
     * @param formats says how a matrix is stored, by the name of its module as transformers has it
     * @throws IllegalArgumentException if the architecture is unknown or a format cannot hold a
     *     matrix
     */
    public static Program write(
            ModelConfig config, BiFunction<String, MatrixShape, WeightFormat> formats) {
        Architecture architecture =
                Architecture.of(config.architecture())
                        .orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                "unknown architecture " + config.architecture()));
        return new DecoderGraph(config, architecture, new Named(formats)).write();
    }

    private record Named(BiFunction<String, MatrixShape, WeightFormat> formats)
            implements GraphWeights {
        @Override
        public WeightRef norm(String module, int length) {
            return table(module, MatrixShape.vector(length));
        }

        @Override
        public WeightRef table(String module, MatrixShape shape) {
            return WeightPlan.ref(module, shape, formats.apply(module, shape));
        }

        @Override
        public LinearLayer linear(String module, MatrixShape shape) {
            return new LinearLayer(table(module, shape), ActivationQuant.NONE);
        }
    }
}
