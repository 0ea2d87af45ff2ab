package dev.trilobit.model.text;

import dev.trilobit.model.file.ModelFormatException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Walks over the fields of one message in the wire format of protocol buffers. The bytes are not
 * trusted: every length is held against what is there before it is used. Source: "Encoding" in the
 * documentation of protocol buffers.
 *
 * <p>Call {@link #next}, look at {@link #field}, take the value with the method of its type or
 * leave it: the next call passes over it.
 */
final class ProtobufReader {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int LENGTH = 2;
    private static final int FIXED32 = 5;
    private static final int LONGEST_VARINT = 10;
    private static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MemorySegment bytes;
    private final String label;
    private final long base;
    private long at;
    private int field;
    private int type;
    private boolean taken = true;

    private ProtobufReader(MemorySegment bytes, String label, long base) {
        this.bytes = bytes;
        this.label = label;
        this.base = base;
    }

    /**
     * Begins with a whole file.
     *
     * @param label the file's name in messages
     */
    static ProtobufReader of(MemorySegment file, String label) {
        return new ProtobufReader(file, label, 0);
    }

    /**
     * Goes to the next field.
     *
     * @return false at the end
     * @throws ModelFormatException if the bytes are no message
     */
    boolean next() {
        if (!taken) {
            skip();
        }
        if (at == bytes.byteSize()) {
            return false;
        }
        long start = at;
        long tag = readVarint();
        field = (int) (tag >>> 3);
        type = (int) (tag & 7);
        if (tag >>> 3 == 0 || tag >>> 3 > (1 << 29) - 1) {
            throw wrong(start, "a field has the number " + (tag >>> 3));
        }
        if (type != VARINT && type != FIXED64 && type != LENGTH && type != FIXED32) {
            throw wrong(start, "field %d has the wire type %d".formatted(field, type));
        }
        taken = false;
        return true;
    }

    /** Returns the number of the field that {@link #next} came to. */
    int field() {
        return field;
    }

    /** Takes an integer, an enum value or a flag. */
    long varint() {
        take(VARINT);
        return readVarint();
    }

    /** Takes a flag. */
    boolean flag() {
        return varint() != 0;
    }

    /** Takes a 32-bit float. */
    float float32() {
        take(FIXED32);
        require(Integer.BYTES);
        int bits = bytes.get(INT, at);
        at += Integer.BYTES;
        return Float.intBitsToFloat(bits);
    }

    /** Takes a message. */
    ProtobufReader message() {
        MemorySegment slice = slice();
        return new ProtobufReader(slice, label, base + at - slice.byteSize());
    }

    /** Takes bytes; a view. */
    MemorySegment slice() {
        take(LENGTH);
        long length = readVarint();
        require(length);
        MemorySegment slice = bytes.asSlice(at, length);
        at += length;
        return slice;
    }

    /** Takes UTF-8 text. */
    String string() {
        MemorySegment slice = slice();
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(slice.toArray(ValueLayout.JAVA_BYTE)))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new ModelFormatException(
                    label,
                    "byte %d: field %d is not UTF-8".formatted(base + at - slice.byteSize(), field),
                    e);
        }
    }

    private void take(int expected) {
        if (type != expected || taken) {
            throw wrong(
                    at,
                    "field %d: expected the wire type %d, got %d".formatted(field, expected, type));
        }
        taken = true;
    }

    private void skip() {
        taken = true;
        switch (type) {
            case VARINT -> readVarint();
            case FIXED64 -> pass(Long.BYTES);
            case FIXED32 -> pass(Integer.BYTES);
            default -> pass(readVarint());
        }
    }

    private void pass(long length) {
        require(length);
        at += length;
    }

    private long readVarint() {
        long value = 0;
        for (int i = 0; i < LONGEST_VARINT; i++) {
            require(1);
            byte b = bytes.get(ValueLayout.JAVA_BYTE, at++);
            value |= (long) (b & 0x7F) << (7 * i);
            if (b >= 0) {
                return value;
            }
        }
        throw wrong(at, "an integer has more than %d bytes".formatted(LONGEST_VARINT));
    }

    private void require(long length) {
        long left = bytes.byteSize() - at;
        if (length < 0 || length > left) {
            throw wrong(
                    at,
                    "field %d: expected %s bytes, %d are left"
                            .formatted(field, Long.toUnsignedString(length), left));
        }
    }

    private ModelFormatException wrong(long where, String problem) {
        return new ModelFormatException(label, "byte %d: %s".formatted(base + where, problem));
    }
}
