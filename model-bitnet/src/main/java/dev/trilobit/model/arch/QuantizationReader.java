package dev.trilobit.model.arch;

import dev.trilobit.model.arch.Quantization.BitNet;
import dev.trilobit.model.arch.Quantization.BitNet.Storage;
import dev.trilobit.model.arch.Quantization.Groups;
import dev.trilobit.model.arch.Quantization.Mlx;
import dev.trilobit.model.arch.Quantization.ModuleRule;
import dev.trilobit.model.arch.Quantization.None;
import dev.trilobit.model.arch.Quantization.Plain;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Reads how matrices are stored: {@code quantization} (MLX), else {@code quantization_config} (of
 * transformers' BitNet if it has a {@code quant_method}, else of MLX), as mlx-lm does.
 */
final class QuantizationReader {
    /** Groups inside groups take stack when they are matched. */
    private static final int LONGEST_PATTERN = 500;

    private static final Set<Integer> WIDTHS = Set.of(1, 2, 3, 4, 5, 6, 8);

    private final ConfigObject config;

    QuantizationReader(ConfigObject config) {
        this.config = config;
    }

    /** Reads the keys; what is wrong goes to the problems of the config. */
    Quantization read() {
        Optional<ConfigObject> mlx = config.object("quantization");
        if (mlx.isPresent()) {
            return mlx(mlx.get());
        }
        Optional<ConfigObject> other = config.object("quantization_config");
        if (other.isEmpty()) {
            return new None();
        }
        return other.get().has("quant_method") ? bitNet(other.get()) : mlx(other.get());
    }

    /**
     * Reads the keys of the 1bitLLM models: {@code weight_bits} 1, which stands for ternary, and
     * {@code input_bits} 8; masters, unless a {@code quantization_config} says else.
     */
    Quantization readOneBitLlm() {
        requireBits("weight_bits", 1);
        requireBits("input_bits", 8);
        Quantization said = read();
        return said instanceof None ? new BitNet(Storage.MASTERS, List.of()) : said;
    }

    private void requireBits(String key, int expected) {
        int bits = config.count(key, expected);
        if (bits != expected) {
            config.problem(key, "expected %d, got %d".formatted(expected, bits));
        }
    }

    private static Quantization bitNet(ConfigObject object) {
        String method = object.text("quant_method");
        if (!method.equals("bitnet")) {
            object.problem("quant_method", "expected bitnet, got " + method);
        }
        if (object.flag("use_rms_norm", false)) {
            object.problem("use_rms_norm", "norms inside linear layers are not supported");
        }
        List<String> notConverted = object.texts("modules_to_not_convert");
        for (String entry : notConverted) {
            if (entry.length() > LONGEST_PATTERN) {
                object.problem(
                        "modules_to_not_convert",
                        "expected entries of at most %d characters, got %d"
                                .formatted(LONGEST_PATTERN, entry.length()));
                return new None();
            }
            try {
                Pattern.compile(entry);
            } catch (PatternSyntaxException e) {
                object.problem(
                        "modules_to_not_convert",
                        "expected names or regular expressions, got %s: %s"
                                .formatted(entry, e.getDescription()));
                return new None();
            }
        }
        return new BitNet(storage(object), notConverted);
    }

    private static Storage storage(ConfigObject object) {
        String linear = object.text("linear_class", "bitlinear");
        String mode = object.text("quantization_mode", "offline");
        if (!mode.equals("offline") && !mode.equals("online")) {
            object.problem("quantization_mode", "expected offline or online, got " + mode);
        }
        return switch (linear) {
            // The older class has no online mode and does not look at the key.
            case "bitlinear" -> Storage.PACKED_INVERSE;
            case "autobitlinear" -> mode.equals("online") ? Storage.MASTERS : Storage.PACKED_DIRECT;
            default -> {
                object.problem(
                        "linear_class", "expected bitlinear or autobitlinear, got " + linear);
                yield Storage.PACKED_DIRECT;
            }
        };
    }

    private static Quantization mlx(ConfigObject object) {
        var standard = groups(object);
        var modules = new LinkedHashMap<String, ModuleRule>();
        for (String module : object.nestedKeys()) {
            if (object.isObject(module)) {
                object.object(module).ifPresent(entry -> modules.put(module, groups(entry)));
            } else {
                modules.put(module, object.flag(module, true) ? standard : new Plain());
            }
        }
        return new Mlx(standard, modules);
    }

    private static Groups groups(ConfigObject object) {
        String mode = object.text("mode", "affine");
        if (!mode.equals("affine")) {
            object.problem("mode", "expected affine, got " + mode);
        }
        int bits = object.count("bits");
        if (!WIDTHS.contains(bits)) {
            object.problem("bits", "expected 1, 2, 3, 4, 5, 6 or 8, got " + bits);
        }
        return new Groups(bits, object.count("group_size"));
    }
}
