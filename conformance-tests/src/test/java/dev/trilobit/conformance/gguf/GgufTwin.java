package dev.trilobit.conformance.gguf;

import dev.trilobit.api.program.WeightRef;
import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.Binary;
import dev.trilobit.api.quant.Blocks;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.model.arch.DecoderModel;
import dev.trilobit.model.arch.ModelConfig;
import dev.trilobit.model.arch.ModuleNames;
import java.nio.file.Path;

/** Writes the numbers of an open model into a GGUF file. */
final class GgufTwin {
    private static final String WEIGHT = ".weight";

    private final DecoderModel model;
    private final String architecture;

    /**
     * Prepares to write.
     *
     * @param architecture {@code general.architecture}
     */
    GgufTwin(DecoderModel model, String architecture) {
        this.model = model;
        this.architecture = architecture;
    }

    /** Chooses how a matrix is stored. */
    interface Storage {
        /** Stores a matrix whose rows go where {@code rows} says. */
        GgufTensor store(Weight weight, GgufRows rows);
    }

    /** Stores ternary matrices as I2_S, all others as they are. */
    static Storage i2s(char layout) {
        return (weight, rows) ->
                switch (weight.format()) {
                    case Ternary _ -> GgufTensor.i2s(weight, rows, layout, scale(weight));
                    case Dense(FloatType type) -> GgufTensor.asStored(weight, type);
                    case Binary _, Affine _, Blocks _ ->
                            throw new IllegalArgumentException(weight.format().label());
                };
    }

    /** Stores ternary matrices as I2_S, all others as float32. */
    static Storage i2sWithFloat32(char layout) {
        return (weight, rows) ->
                weight.format() instanceof Ternary
                        ? GgufTensor.i2s(weight, rows, layout, scale(weight))
                        : GgufTensor.float32(weight, rows);
    }

    private static float scale(Weight weight) {
        return FloatType.F32.get(weight.scales(), 0);
    }

    /** Writes the file. */
    Path write(Path file, Storage storage) {
        GgufImage image = keys();
        for (WeightRef ref : model.program().weights().values()) {
            Weight weight = model.weights().weight(ref.name());
            String module = ref.name().substring(0, ref.name().length() - WEIGHT.length());
            GgufTensor tensor = storage.store(weight, rows(module));
            String name = ModuleNames.GGUF.of(module) + WEIGHT;
            int rows = ref.shape().rows();
            int cols = ref.shape().cols();
            if (module.endsWith("norm")) {
                image.tensor(name, tensor.type(), tensor.bytes(), cols);
            } else {
                image.tensor(name, tensor.type(), tensor.bytes(), cols, rows);
            }
        }
        return image.write(file);
    }

    private GgufRows rows(String module) {
        boolean moved = module.endsWith("q_proj") || module.endsWith("k_proj");
        return architecture.equals("llama") && moved
                ? GgufRows.pairs(model.config().headDim())
                : GgufRows.AS_THEY_ARE;
    }

    private GgufImage keys() {
        ModelConfig config = model.config();
        return new GgufImage()
                .string("general.architecture", architecture)
                .uint32(key("block_count"), config.layers())
                .uint32(key("context_length"), config.maxContextTokens())
                .uint32(key("embedding_length"), config.hidden())
                .uint32(key("feed_forward_length"), config.intermediate())
                .uint32(key("attention.head_count"), config.heads())
                .uint32(key("attention.head_count_kv"), config.kvHeads())
                .uint32(key("attention.key_length"), config.headDim())
                .uint32(key("attention.value_length"), config.headDim())
                .uint32(key("rope.dimension_count"), config.headDim())
                .float32(key("rope.freq_base"), (float) config.rope().theta())
                .float32(key("attention.layer_norm_rms_epsilon"), config.normEpsilon())
                .uint32(key("vocab_size"), config.vocabulary());
    }

    private String key(String name) {
        return architecture + "." + name;
    }
}
