package dev.trilobit.model.arch;

import dev.trilobit.model.file.TensorType;
import java.util.function.Predicate;

/**
 * Which types a tensor may have.
 *
 * @param label for messages
 * @param fits tells whether a type is one of them
 */
record TypeRule(String label, Predicate<TensorType> fits) {
    /** What a matrix may be that is not quantized. */
    static final TypeRule FLOATS =
            new TypeRule("[F32, F16, BF16]", type -> type.floatType().isPresent());

    /** Whatever the file's format has. */
    static final TypeRule ANY = new TypeRule("any type", _ -> true);

    /** Returns the rule of one type. */
    static TypeRule only(TensorType type) {
        return new TypeRule(type.label(), type::equals);
    }
}
