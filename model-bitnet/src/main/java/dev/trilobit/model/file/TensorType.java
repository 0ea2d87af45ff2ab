package dev.trilobit.model.file;

import dev.trilobit.api.quant.FloatType;
import java.util.Optional;

/** What a file says the elements of a tensor are. */
public sealed interface TensorType permits SafetensorsType, GgmlType {
    /** Returns the name the file's format gives it, such as {@code BF16} or {@code TQ1_0}. */
    String label();

    /** Returns the float type that the elements have, if they are plain floats of a weight. */
    default Optional<FloatType> floatType() {
        return switch (label()) {
            case "F32" -> Optional.of(FloatType.F32);
            case "F16" -> Optional.of(FloatType.F16);
            case "BF16" -> Optional.of(FloatType.BF16);
            default -> Optional.empty();
        };
    }
}
