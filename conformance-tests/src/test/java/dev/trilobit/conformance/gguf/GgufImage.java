package dev.trilobit.conformance.gguf;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes GGUF files as the format's own page says, knowing nothing of the reader. Source: ggml
 * {@code docs/gguf.md}, version 3.
 */
final class GgufImage {
    private static final int ALIGNMENT = 32;

    private final ByteArrayOutputStream keys = new ByteArrayOutputStream();
    private final ByteArrayOutputStream entries = new ByteArrayOutputStream();
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();
    private int keyCount;
    private int tensorCount;

    /** Adds a string. */
    GgufImage string(String key, String value) {
        return key(key, 8, text(value));
    }

    /** Adds an unsigned integer of 32 bits. */
    GgufImage uint32(String key, int value) {
        return key(key, 4, little(4).putInt(value).array());
    }

    /** Adds a float. */
    GgufImage float32(String key, float value) {
        return key(key, 6, little(4).putFloat(value).array());
    }

    private GgufImage key(String key, int type, byte[] value) {
        keys.writeBytes(text(key));
        keys.writeBytes(little(4).putInt(type).array());
        keys.writeBytes(value);
        keyCount++;
        return this;
    }

    /**
     * Adds a tensor.
     *
     * @param extents the length of a row first
     */
    GgufImage tensor(String name, int type, byte[] bytes, long... extents) {
        entries.writeBytes(text(name));
        entries.writeBytes(little(4).putInt(extents.length).array());
        for (long extent : extents) {
            entries.writeBytes(little(8).putLong(extent).array());
        }
        entries.writeBytes(little(4).putInt(type).array());
        entries.writeBytes(little(8).putLong(data.size()).array());
        data.writeBytes(bytes);
        align(data);
        tensorCount++;
        return this;
    }

    /** Writes the file. */
    Path write(Path file) {
        var image = new ByteArrayOutputStream();
        image.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
        image.writeBytes(little(4).putInt(3).array());
        image.writeBytes(little(8).putLong(tensorCount).array());
        image.writeBytes(little(8).putLong(keyCount).array());
        image.writeBytes(keys.toByteArray());
        image.writeBytes(entries.toByteArray());
        align(image);
        image.writeBytes(data.toByteArray());
        try {
            return Files.write(file, image.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void align(ByteArrayOutputStream out) {
        out.writeBytes(new byte[-out.size() & (ALIGNMENT - 1)]);
    }

    private static byte[] text(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        return little(8 + utf8.length).putLong(utf8.length).put(utf8).array();
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
