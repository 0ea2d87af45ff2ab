package dev.trilobit.cli;

import dev.trilobit.model.embedded.EmbeddedModels;
import dev.trilobit.model.file.ModelFolder;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.databind.json.JsonMapper;

/**
 * An embedded model as a folder on disk, where a test may change it.
 *
 * @param folder holds its files
 */
record ModelCopy(Path folder) {
    /** Copies {@code name} into an empty folder. */
    static ModelCopy of(String name, Path folder) throws IOException {
        try (ModelFolder model = EmbeddedModels.open(name)) {
            for (String file : model.names()) {
                byte[] bytes = model.find(file).orElseThrow().toArray(ValueLayout.JAVA_BYTE);
                Files.write(folder.resolve(file), bytes);
            }
        }
        return new ModelCopy(folder);
    }

    /** Replaces a file. */
    void write(String file, String text) throws IOException {
        Files.writeString(folder.resolve(file), text);
    }

    /** Overwrites the first bytes of a tensor; the file has the safetensors format. */
    void overwrite(String tensor, int... values) throws IOException {
        Path file = folder.resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(file);
        int header =
                Math.toIntExact(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong(0));
        int begin =
                JsonMapper.builder()
                        .build()
                        .readTree(bytes, Long.BYTES, header)
                        .required(tensor)
                        .required("data_offsets")
                        .required(0)
                        .asInt();
        for (int i = 0; i < values.length; i++) {
            bytes[Long.BYTES + header + begin + i] = (byte) values[i];
        }
        Files.write(file, bytes);
    }
}
