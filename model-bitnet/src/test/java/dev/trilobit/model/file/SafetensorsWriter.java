package dev.trilobit.model.file;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** Makes safetensors files, good ones tensor by tensor and bad ones from any header. */
public final class SafetensorsWriter {
    private final Map<String, String> entries = new LinkedHashMap<>();
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();

    /** Starts an empty file. */
    public SafetensorsWriter() {}

    /** Adds a tensor. */
    public SafetensorsWriter tensor(String name, String dtype, byte[] bytes, long... shape) {
        entries.put(
                name,
                "\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
                        .formatted(
                                name,
                                dtype,
                                Arrays.toString(shape),
                                data.size(),
                                data.size() + bytes.length));
        data.writeBytes(bytes);
        return this;
    }

    /** Adds a tensor of f32 numbers. */
    public SafetensorsWriter floats(String name, float[] numbers, long... shape) {
        ByteBuffer bytes =
                ByteBuffer.allocate(numbers.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(numbers);
        return tensor(name, "F32", bytes.array(), shape);
    }

    /** Returns the file. */
    public byte[] bytes() {
        return raw("{" + String.join(",", entries.values()) + "}", data.toByteArray());
    }

    /** Returns a file of any header and data. */
    public static byte[] raw(String header, byte[] data) {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        return withLength(text.length, text, data);
    }

    /** Returns a file that claims any length of its header. */
    public static byte[] withLength(long claimed, byte[] header, byte[] data) {
        return ByteBuffer.allocate(Long.BYTES + header.length + data.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(claimed)
                .put(header)
                .put(data)
                .array();
    }
}
