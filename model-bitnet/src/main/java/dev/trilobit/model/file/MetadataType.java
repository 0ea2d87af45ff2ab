package dev.trilobit.model.file;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * The types a value of GGUF metadata may have. Source: ggml docs, gguf.md, {@code
 * gguf_metadata_value_type}.
 */
public enum MetadataType {
    /** Unsigned byte. */
    UINT8(0, 1),
    /** Signed byte. */
    INT8(1, 1),
    /** Unsigned 16-bit integer. */
    UINT16(2, 2),
    /** Signed 16-bit integer. */
    INT16(3, 2),
    /** Unsigned 32-bit integer. */
    UINT32(4, 4),
    /** Signed 32-bit integer. */
    INT32(5, 4),
    /** IEEE 754 binary32. */
    FLOAT32(6, 4),
    /** One byte, 0 or 1. */
    BOOL(7, 1),
    /** A length of 64 bits and UTF-8. */
    STRING(8, 8),
    /** A type of 32 bits, a count of 64 bits, and so many values of that type. */
    ARRAY(9, 12),
    /** Unsigned 64-bit integer. */
    UINT64(10, 8),
    /** Signed 64-bit integer. */
    INT64(11, 8),
    /** IEEE 754 binary64. */
    FLOAT64(12, 8);

    private final int number;
    private final int leastBytes;

    MetadataType(int number, int leastBytes) {
        this.number = number;
        this.leastBytes = leastBytes;
    }

    /** Finds a type by its number in a file. */
    static Optional<MetadataType> of(long number) {
        return Arrays.stream(values()).filter(type -> type.number == number).findFirst();
    }

    /** Returns the number of the type in a file. */
    int number() {
        return number;
    }

    /** Returns the bytes of a value, of a string or an array the least. */
    int leastBytes() {
        return leastBytes;
    }

    /** Returns whether values are integers, signed or not. */
    public boolean isInteger() {
        return switch (this) {
            case UINT8, INT8, UINT16, INT16, UINT32, INT32, UINT64, INT64 -> true;
            case FLOAT32, FLOAT64, BOOL, STRING, ARRAY -> false;
        };
    }

    /** Returns whether values are floats. */
    public boolean isFloat() {
        return this == FLOAT32 || this == FLOAT64;
    }

    /** Returns the name for messages, such as {@code uint32}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
