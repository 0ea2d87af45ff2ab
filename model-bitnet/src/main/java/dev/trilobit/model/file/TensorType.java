package dev.trilobit.model.file;

import dev.trilobit.api.quant.FloatType;
import java.util.Optional;

/** What a file says the elements of a tensor are. */
public sealed interface TensorType permits SafetensorsType, GgmlType {
    /** Returns the name the file's format gives it, such as {@code BF16} or {@code TQ1_0}. */
    String label();

    /** Returns the float type that the elements have, if they are plain floats of a weight. */
    Optional<FloatType> floatType();
}
