package dev.trilobit.model.arch;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** How config.json says the matrices of a model are stored. */
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
         */
        public boolean converts(String module) {
            return notConverted.stream()
                    .noneMatch(
                            entry ->
                                    Pattern.compile(entry).matcher(module).lookingAt()
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
