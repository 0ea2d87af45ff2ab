package dev.trilobit.model.file;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes metadata in memory. A key that is set again keeps its place and gets the new value. Not
 * safe for use by several threads.
 */
public final class GgufMetadataBuilder {
    private final String label;
    private final Map<String, MetadataValue> values = new LinkedHashMap<>();

    GgufMetadataBuilder(String label) {
        this.label = label;
    }

    /** Sets a string. */
    public GgufMetadataBuilder string(String key, String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        return set(
                key,
                MetadataType.STRING,
                buffer(Long.BYTES + utf8.length).putLong(utf8.length).put(utf8));
    }

    /** Sets a flag. */
    public GgufMetadataBuilder flag(String key, boolean value) {
        return set(key, MetadataType.BOOL, buffer(1).put((byte) (value ? 1 : 0)));
    }

    /** Sets an unsigned 32-bit integer, the type llama.cpp expects of nearly all of them. */
    public GgufMetadataBuilder uint32(String key, long value) {
        return integer(key, MetadataType.UINT32, value);
    }

    /**
     * Sets an integer.
     *
     * @param type an integer type; of UINT64 {@code value} is the bits
     * @throws IllegalArgumentException if {@code type} is no integer type or cannot hold {@code
     *     value}
     */
    public GgufMetadataBuilder integer(String key, MetadataType type, long value) {
        ByteBuffer bytes = buffer(type.leastBytes());
        putInteger(bytes, key, type, value);
        return set(key, type, bytes);
    }

    /** Sets a 32-bit float. */
    public GgufMetadataBuilder float32(String key, float value) {
        return set(key, MetadataType.FLOAT32, buffer(Float.BYTES).putFloat(value));
    }

    /** Sets a 64-bit float. */
    public GgufMetadataBuilder float64(String key, double value) {
        return set(key, MetadataType.FLOAT64, buffer(Double.BYTES).putDouble(value));
    }

    /** Sets an array of strings. */
    public GgufMetadataBuilder strings(String key, List<String> strings) {
        var bytes = new ByteArrayOutputStream();
        bytes.writeBytes(arrayHeader(MetadataType.STRING, strings.size()).array());
        for (String string : strings) {
            byte[] utf8 = string.getBytes(StandardCharsets.UTF_8);
            bytes.writeBytes(buffer(Long.BYTES).putLong(utf8.length).array());
            bytes.writeBytes(utf8);
        }
        return set(key, MetadataType.ARRAY, ByteBuffer.wrap(bytes.toByteArray()));
    }

    /**
     * Sets an array of integers.
     *
     * @param type an integer type
     * @throws IllegalArgumentException if {@code type} is no integer type or cannot hold one of
     *     them
     */
    public GgufMetadataBuilder integers(String key, MetadataType type, int... integers) {
        ByteBuffer bytes = arrayOf(type, integers.length);
        for (int integer : integers) {
            putInteger(bytes, key, type, integer);
        }
        return set(key, MetadataType.ARRAY, bytes);
    }

    /** Sets an array of 32-bit floats. */
    public GgufMetadataBuilder float32s(String key, float... numbers) {
        ByteBuffer bytes = arrayOf(MetadataType.FLOAT32, numbers.length);
        for (float number : numbers) {
            bytes.putFloat(number);
        }
        return set(key, MetadataType.ARRAY, bytes);
    }

    /**
     * Sets a key to the value it has in {@code other}, of whatever type, without copying it.
     *
     * @throws IllegalArgumentException if {@code other} does not have it
     */
    public GgufMetadataBuilder copy(GgufMetadata other, String key) {
        MetadataValue value = other.values().get(key);
        if (value == null) {
            throw new IllegalArgumentException("%s has no key %s".formatted(other.label(), key));
        }
        values.put(key, value);
        return this;
    }

    /** Removes a key, if it is there. */
    public GgufMetadataBuilder remove(String key) {
        values.remove(key);
        return this;
    }

    /** Returns the metadata. */
    public GgufMetadata build() {
        return new GgufMetadata(label, values);
    }

    private GgufMetadataBuilder set(String key, MetadataType type, ByteBuffer bytes) {
        MemorySegment segment = MemorySegment.ofBuffer(bytes.clear()).asReadOnly();
        values.put(key, new MetadataValue(type, segment, MetadataValue.NOT_IN_A_FILE));
        return this;
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static ByteBuffer arrayHeader(MetadataType element, long count) {
        return buffer((int) MetadataValue.ARRAY_HEADER_BYTES)
                .putInt(element.number())
                .putLong(count);
    }

    private static ByteBuffer arrayOf(MetadataType element, int count) {
        byte[] header = arrayHeader(element, count).array();
        return buffer(Math.addExact(header.length, Math.multiplyExact(count, element.leastBytes())))
                .put(header);
    }

    private static void putInteger(ByteBuffer bytes, String key, MetadataType type, long value) {
        if (!type.isInteger()) {
            throw new IllegalArgumentException(
                    "key %s: expected an integer type, got %s".formatted(key, type.label()));
        }
        int bits = type.leastBytes() * Byte.SIZE;
        boolean signed = type.name().startsWith("INT");
        boolean fits =
                bits == Long.SIZE
                        || (signed
                                ? value << (Long.SIZE - bits) >> (Long.SIZE - bits) == value
                                : value >>> bits == 0);
        if (!fits) {
            throw new IllegalArgumentException(
                    "key %s: %d does not fit %s".formatted(key, value, type.label()));
        }
        for (int shift = 0; shift < bits; shift += Byte.SIZE) {
            bytes.put((byte) (value >>> shift));
        }
    }
}
