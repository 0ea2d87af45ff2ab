package dev.trilobit.model.file;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Makes GGUF files byte by byte, good ones and, since every number can be set, bad ones. It knows
 * nothing of the reader's types.
 */
public final class GgufBytes {
    private final List<byte[]> keys = new ArrayList<>();
    private final List<byte[]> entries = new ArrayList<>();
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();
    private int alignment = 32;
    private long version = 3;
    private long tensorCount = -1;
    private long keyCount = -1;

    /** Starts an empty file. */
    public GgufBytes() {}

    /** Sets the version. */
    public GgufBytes version(long number) {
        version = number;
        return this;
    }

    /** Claims so many tensors. */
    public GgufBytes tensorCount(long claimed) {
        tensorCount = claimed;
        return this;
    }

    /** Claims so many keys. */
    public GgufBytes keyCount(long claimed) {
        keyCount = claimed;
        return this;
    }

    /** Sets the key of the alignment and aligns to it. */
    public GgufBytes alignment(int bytes) {
        alignment = bytes;
        return uint32("general.alignment", bytes);
    }

    /** Adds a key of any type. */
    public GgufBytes key(String key, int type, byte[] value) {
        keys.add(join(string(key), int32(type), value));
        return this;
    }

    /** Adds an unsigned integer of 32 bits. */
    public GgufBytes uint32(String key, int value) {
        return key(key, 4, int32(value));
    }

    /** Adds an unsigned integer of 16 bits. */
    public GgufBytes uint16(String key, int value) {
        return key(key, 2, Arrays.copyOf(int32(value), 2));
    }

    /** Adds a string. */
    public GgufBytes string(String key, String value) {
        return key(key, 8, string(value));
    }

    /** Adds an array whose elements are given as they are stored. */
    public GgufBytes array(String key, int elementType, byte[]... elements) {
        return key(key, 9, array(elementType, elements.length, elements));
    }

    /** Adds the keys of a part of a split model. */
    public GgufBytes split(int number, int count, int tensors) {
        return uint16("split.no", number)
                .uint16("split.count", count)
                .key("split.tensors.count", 5, int32(tensors));
    }

    /**
     * Adds a tensor at the next aligned place.
     *
     * @param extents as ggml has them: the row first
     */
    public GgufBytes tensor(String name, int type, byte[] bytes, long... extents) {
        entry(name, type, data.size(), extents);
        return data(bytes);
    }

    /** Adds the entry of a tensor alone. */
    public GgufBytes entry(String name, int type, long offset, long... extents) {
        var parts = new ArrayList<byte[]>(List.of(string(name), int32(extents.length)));
        for (long extent : extents) {
            parts.add(int64(extent));
        }
        parts.add(int32(type));
        parts.add(int64(offset));
        entries.add(join(parts.toArray(byte[][]::new)));
        return this;
    }

    /** Adds bytes to the data, padded to the alignment. */
    public GgufBytes data(byte[] bytes) {
        data.writeBytes(bytes);
        data.writeBytes(new byte[-bytes.length & alignment - 1]);
        return this;
    }

    /** Returns the file up to the data, padded to the alignment. */
    public byte[] header() {
        var out = new ByteArrayOutputStream();
        out.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(int32(version));
        out.writeBytes(int64(tensorCount < 0 ? entries.size() : tensorCount));
        out.writeBytes(int64(keyCount < 0 ? keys.size() : keyCount));
        keys.forEach(out::writeBytes);
        entries.forEach(out::writeBytes);
        out.writeBytes(new byte[-out.size() & alignment - 1]);
        return out.toByteArray();
    }

    /** Returns the file. */
    public byte[] bytes() {
        return join(header(), data.toByteArray());
    }

    /** Returns a string as it is stored. */
    public static byte[] string(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return join(int64(utf8.length), utf8);
    }

    /** Returns an array as it is stored, claiming any count. */
    public static byte[] array(int elementType, long count, byte[]... elements) {
        return join(int32(elementType), int64(count), join(elements));
    }

    /** Returns 32 bits. */
    public static byte[] int32(long value) {
        return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt((int) value).array();
    }

    /** Returns 64 bits. */
    public static byte[] int64(long value) {
        return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
    }

    private static byte[] join(byte[]... parts) {
        var out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
