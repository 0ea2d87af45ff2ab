package dev.trilobit.model.arch;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** How the matrices of a model are stored, and what linear layers do to their input. */
public sealed interface Quantization {
    /** As they are: f32, f16 or bf16. */
    record None() implements Quantization {}

    /**
     * BitNet b1.58 as transformers stores it: ternary linear layers with one scale a matrix, and
     * int8 activations. Embedding, head and norms are never quantized. Source: transformers {@code
     * integrations/bitnet.py}.
     *
     * @param storage how a linear layer is stored
     * @param notConverted {@code modules_to_not_convert}: linear layers that stay as they are
     */
    record BitNet(Storage storage, List<String> notConverted) implements Quantization {
        /** How a linear layer is stored. */
        public enum Storage {
            /** Packed; {@code w = weight_scale * t}. */
            PACKED_DIRECT,
            /** Packed; {@code w = t / weight_scale}. */
            PACKED_INVERSE,
            /** Unquantized masters, to be rounded when read. */
            MASTERS
        }

        public BitNet {
            notConverted = List.copyOf(notConverted);
        }

        /**
         * Returns whether {@code module} is a ternary layer. An entry of {@code notConverted} takes
         * a module out if it is a regular expression that matches the start of its name, or the end
         * of its name itself: the rule of transformers' {@code should_convert_module}.
         *
         * @throws dev.trilobit.model.file.ModelFormatException if an expression takes too long
         */
        public boolean converts(String module) {
            return notConverted.stream()
                    .noneMatch(
                            entry ->
                                    CountedText.startsWith(Pattern.compile(entry), module)
                                            || module.endsWith(entry));
        }
    }

    /**
     * MLX's affine quantization in groups. A module is quantized if it has {@code .scales}, unless
     * it has an entry of its own.
     *
     * @param standard of every module without an entry
     * @param modules entries by module name
     */
    record Mlx(Groups standard, Map<String, ModuleRule> modules) implements Quantization {
        public Mlx {
            modules = Map.copyOf(modules);
        }
    }

    /**
     * Tensors of a GGUF file: each has a type of its own.
     *
     * @param rounded which linear layers inside decoder layers round their input to int8
     * @param headRows how the rows of query and key projections are ordered
     */
    record Ggml(RoundedLayers rounded, HeadRows headRows) implements Quantization {}

    /**
     * Which linear layers of a GGUF model round each token to int8. The file does not say it; it is
     * a matter of how the model was trained.
     */
    enum RoundedLayers {
        /** All: the architectures that are BitNet by name. */
        ALL,
        /**
         * Those whose matrix is I2_S, TQ1_0 or TQ2_0. Llama models of BitNet layers (Falcon-E,
         * Falcon3, Llama3-8B-1.58) have the architecture of plain Llama ones and were trained with
         * rounded input; the type of the matrix is the only trace of it, since only bitnet.cpp
         * writes I2_S and 4- to 8-bit types are made of models trained with floats. Ternary models
         * with float activations (TriLM) are published in TQ1_0 and TQ2_0, too: for those this is
         * finer than what llama.cpp does, which rounds blocks of 256 for these types.
         */
        TERNARY,
        /** None: models trained with quantized weights alone. */
        NONE
    }

    /** How the rows of a head of queries or keys are ordered. */
    enum HeadRows {
        /** As in Hugging Face: a row turns with the one half a head further. */
        HALVES,
        /** Rows that turn together are neighbours, as llama.cpp's converter orders Llama. */
        PAIRS
    }

    /** What config.json says about one module of an MLX model. */
    sealed interface ModuleRule {}

    /** The module is not quantized. */
    record Plain() implements ModuleRule {}

    /**
     * The module is quantized.
     *
     * @param bits of a code: 1, 2, 3, 4, 5, 6 or 8
     * @param size weights in a group
     */
    record Groups(int bits, int size) implements ModuleRule {}
}
