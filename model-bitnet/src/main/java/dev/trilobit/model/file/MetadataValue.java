package dev.trilobit.model.file;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * One value of GGUF metadata as it is stored.
 *
 * @param type its type; of an array {@link MetadataType#ARRAY}
 * @param bytes the value as a file has it, without the number of its type
 * @param byteOffset where it starts in the file, or {@link #NOT_IN_A_FILE}
 */
record MetadataValue(MetadataType type, MemorySegment bytes, long byteOffset) {
    /** Stands for the offset of a value that was made in memory. */
    static final long NOT_IN_A_FILE = -1;

    /** The bytes of an array before its first element. */
    static final long ARRAY_HEADER_BYTES = Integer.BYTES + Long.BYTES;

    private static final int DEEPEST = 16;

    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /**
     * Reads the type of a value and passes over the value.
     *
     * @param what for messages: {@code key tokenizer.ggml.tokens}
     */
    static MetadataValue read(GgufCursor cursor, GgufProblems problems, String what) {
        MetadataType type = readType(cursor, problems, what);
        long start = cursor.position();
        skip(cursor, problems, type, what);
        return new MetadataValue(type, cursor.since(start), start);
    }

    private static MetadataType readType(GgufCursor cursor, GgufProblems problems, String what) {
        long at = cursor.position();
        long number = cursor.uint32(what);
        return MetadataType.of(number)
                .orElseThrow(
                        () ->
                                problems.fatal(
                                        "%s at byte %d: expected a type of value from 0 to 12, got %d"
                                                .formatted(what, at, number)));
    }

    private static void skip(
            GgufCursor cursor, GgufProblems problems, MetadataType type, String what) {
        switch (type) {
            case STRING -> cursor.skipString(what);
            case ARRAY -> skipArray(cursor, problems, what, 1);
            case UINT8, INT8, UINT16, INT16, UINT32, INT32, FLOAT32, BOOL, UINT64, INT64, FLOAT64 ->
                    cursor.skip(type.leastBytes(), what);
        }
    }

    private static void skipArray(
            GgufCursor cursor, GgufProblems problems, String what, int depth) {
        if (depth > DEEPEST) {
            throw problems.fatal(
                    "%s at byte %d: expected arrays within arrays at most %d deep"
                            .formatted(what, cursor.position(), DEEPEST));
        }
        MetadataType element = readType(cursor, problems, what);
        long count = cursor.count(element.leastBytes(), what);
        switch (element) {
            case STRING -> cursor.skipStrings(count, what);
            case ARRAY -> {
                for (long i = 0; i < count; i++) {
                    skipArray(cursor, problems, what, depth + 1);
                }
            }
            case UINT8, INT8, UINT16, INT16, UINT32, INT32, FLOAT32, BOOL, UINT64, INT64, FLOAT64 ->
                    cursor.skip(count * element.leastBytes(), what);
        }
    }

    /** Returns the type for messages: {@code uint32}, {@code array of string}. */
    String label() {
        return type == MetadataType.ARRAY
                ? "array of %d %s".formatted(count(), elementType().label())
                : type.label();
    }

    /** Returns the type of an array's elements. */
    MetadataType elementType() {
        return MetadataType.of(bytes.get(INT, 0)).orElseThrow();
    }

    /** Returns the number of an array's elements. */
    long count() {
        return bytes.get(LONG, Integer.BYTES);
    }

    /** Returns the integer or flag of {@code type} at {@code offset}; of UINT64 the bits. */
    long integerAt(MetadataType type, long offset) {
        return switch (type) {
            case UINT8, BOOL -> Byte.toUnsignedLong(bytes.get(ValueLayout.JAVA_BYTE, offset));
            case INT8 -> bytes.get(ValueLayout.JAVA_BYTE, offset);
            case UINT16 -> Short.toUnsignedLong(bytes.get(SHORT, offset));
            case INT16 -> bytes.get(SHORT, offset);
            case UINT32 -> Integer.toUnsignedLong(bytes.get(INT, offset));
            case INT32 -> bytes.get(INT, offset);
            case UINT64, INT64 -> bytes.get(LONG, offset);
            case FLOAT32, FLOAT64, STRING, ARRAY ->
                    throw new IllegalArgumentException(type.label() + " is no integer");
        };
    }

    /** Returns the number of {@code type} at {@code offset}. */
    double numberAt(MetadataType type, long offset) {
        return switch (type) {
            case FLOAT32 -> Float.intBitsToFloat(bytes.get(INT, offset));
            case FLOAT64 -> Double.longBitsToDouble(bytes.get(LONG, offset));
            case UINT8, INT8, UINT16, INT16, UINT32, INT32, UINT64, INT64, BOOL, STRING, ARRAY ->
                    integerAt(type, offset);
        };
    }

    /** Returns the length of the string at {@code offset}. */
    long lengthAt(long offset) {
        return bytes.get(LONG, offset);
    }
}
