package dev.trilobit.model.arch;

import dev.trilobit.api.program.Program;
import dev.trilobit.api.quant.WeightSource;
import dev.trilobit.model.arch.Quantization.BitNet;
import dev.trilobit.model.file.GgufFile;
import dev.trilobit.model.file.ModelFolder;
import dev.trilobit.model.file.ModelFormatException;
import dev.trilobit.model.file.SafetensorsType;
import dev.trilobit.model.file.TensorCatalog;
import java.util.List;
import java.util.Optional;

/**
 * The files of a model, found and described alike whatever kind they are.
 *
 * @param config what they say of the model
 * @param tensors all of them
 * @param names what the tensors are called
 */
record ModelSource(ModelConfig config, TensorCatalog tensors, ModuleNames names) {
    private static final int FEW_LAYERS = 100;
    private static final String FIRST_LAYER = "model.layers.0.";

    /** Opens a GGUF file, or a folder as Hugging Face and MLX have it. */
    static ModelSource open(ModelFolder folder) {
        Optional<GgufFile> gguf = GgufFile.find(folder);
        if (gguf.isPresent()) {
            return new ModelSource(
                    GgufConfigReader.read(gguf.get()),
                    TensorCatalog.of(gguf.get()),
                    ModuleNames.GGUF);
        }
        ModelConfig config = ConfigReader.read(folder);
        TensorCatalog tensors = TensorCatalog.open(folder);
        return new ModelSource(withStorage(config, tensors), tensors, names(tensors));
    }

    private static ModuleNames names(TensorCatalog tensors) {
        String module = "self_attn.attn_sub_norm";
        String older = ModuleNames.ONE_BIT_LLM.of(FIRST_LAYER + module) + ".weight";
        return tensors.find(older).isPresent() ? ModuleNames.ONE_BIT_LLM : ModuleNames.TRANSFORMERS;
    }

    /**
     * A config.json that lost its {@code quantization_config} beside packed layers of BitNet: the
     * one packed model of that architecture that is published has scales that multiply. Other
     * architectures have packed files of both senses, and are not guessed.
     */
    private static ModelConfig withStorage(ModelConfig config, TensorCatalog tensors) {
        boolean packed =
                tensors.find(FIRST_LAYER + "self_attn.q_proj.weight")
                        .map(tensor -> tensor.type() == SafetensorsType.U8)
                        .orElse(false);
        return packed
                        && config.quantization() instanceof Quantization.None
                        && config.architecture().equals(Architecture.BITNET.modelType())
                ? config.withQuantization(new BitNet(BitNet.Storage.PACKED_DIRECT, List.of()))
                : config;
    }

    /** Thousands of layers without tensors are no slip; to name all that they lack takes long. */
    private void requireLayers() {
        if (config.layers() > Math.max(FEW_LAYERS, tensors.names().size())) {
            throw new ModelFormatException(
                    tensors.label(),
                    "expected the tensors of %d layers, got %d tensors"
                            .formatted(config.layers(), tensors.names().size()));
        }
    }

    /**
     * Writes the program and finds every weight of it.
     *
     * @param label the model's name in messages
     * @throws IllegalArgumentException if an option does not suit the model
     */
    DecoderModel decoder(String label, ReadOptions options) {
        requireLayers();
        return decoder(label, options, CodesRead.SAMPLE);
    }

    private DecoderModel decoder(String label, ReadOptions options, CodesRead codes) {
        Architecture architecture = Architecture.of(config.architecture()).orElseThrow();
        var plan = new WeightPlan(this, options, codes);
        Program program = new DecoderGraph(config, architecture, plan).write();
        WeightSource weights = plan.weights(() -> decoder(label, options, CodesRead.ALL));
        return new DecoderModel(
                config, options.activations().apply(label, config, program), weights);
    }
}
