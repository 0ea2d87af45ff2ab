package dev.trilobit.conformance.gguf;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Builds a safetensors file: the length of a header, the header in JSON, the bytes. */
final class SafetensorsImage {
    private final StringBuilder header = new StringBuilder("{");
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();

    /** Adds a matrix. */
    SafetensorsImage matrix(String name, String type, byte[] bytes, int rows, int cols) {
        return tensor(name, type, bytes, rows + "," + cols);
    }

    /** Adds a vector. */
    SafetensorsImage vector(String name, String type, byte[] bytes, int length) {
        return tensor(name, type, bytes, String.valueOf(length));
    }

    private SafetensorsImage tensor(String name, String type, byte[] bytes, String shape) {
        int start = data.size();
        data.writeBytes(bytes);
        header.append(header.length() == 1 ? "" : ",")
                .append(
                        "\"%s\":{\"dtype\":\"%s\",\"shape\":[%s],\"data_offsets\":[%d,%d]}"
                                .formatted(name, type, shape, start, data.size()));
        return this;
    }

    /** Writes {@code model.safetensors} and {@code config.json}. */
    Path write(Path folder, String config) {
        byte[] json = (header + "}").getBytes(StandardCharsets.UTF_8);
        byte[] length =
                ByteBuffer.allocate(Long.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(json.length)
                        .array();
        try (var out = Files.newOutputStream(folder.resolve("model.safetensors"))) {
            out.write(length);
            out.write(json);
            data.writeTo(out);
            Files.writeString(folder.resolve("config.json"), config);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return folder;
    }
}
