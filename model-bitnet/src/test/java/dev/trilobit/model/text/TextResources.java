package dev.trilobit.model.text;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Test data of this package: committed resources, and the shared folder when there is one. */
final class TextResources {
    private static final JsonMapper JSON = new JsonMapper();

    private TextResources() {}

    static byte[] bytes(String name) {
        try (InputStream in = TextResources.class.getResourceAsStream("/text/" + name)) {
            if (in == null) {
                throw new IllegalStateException("no test resource text/" + name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static JsonNode json(String name) {
        return JSON.readTree(bytes(name));
    }

    static Tokenizer tokenizer(String kind) {
        return Tokenizer.open(MemorySegment.ofArray(bytes(kind + ".json")), kind + ".json");
    }

    static MemorySegment utf8(String text) {
        return MemorySegment.ofArray(text.getBytes(StandardCharsets.UTF_8));
    }

    static int[] ints(JsonNode array) {
        int[] values = new int[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).asInt();
        }
        return values;
    }

    /** A folder of real tokenizers under the shared data, or a skipped test that says why. */
    static Path sharedTokenizer(String model) {
        return shared("data", "tokenizers", model);
    }

    /** A file or folder of the shared data, or a skipped test that says why. */
    static Path shared(String... path) {
        String shared = System.getProperty("trilobit.shared", "");
        assumeTrue(
                !shared.isEmpty(),
                "needs the tokenizers of real models: set -Dtrilobit.shared=<folder>");
        Path found = Path.of(shared, path);
        assertTrue(Files.exists(found), "there is no " + found);
        return found;
    }

    /** A model file that others published, or a skipped test that says why. */
    static Path realModel(String file) {
        String models = System.getProperty("trilobit.models", "");
        assumeTrue(!models.isEmpty(), "needs " + file + ": set -Dtrilobit.models=<folder>");
        Path found = Path.of(models, file);
        assertTrue(Files.exists(found), "there is no " + found);
        return found;
    }

    /** The JDK does not read xz. */
    static byte[] unxz(Path file) throws IOException, InterruptedException {
        Process process;
        try {
            process =
                    new ProcessBuilder("xz", "-dc", file.toString())
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start();
        } catch (IOException e) {
            assumeTrue(false, "needs the program xz: " + e.getMessage());
            throw e;
        }
        byte[] bytes = process.getInputStream().readAllBytes();
        if (process.waitFor() != 0) {
            throw new IOException("xz failed on " + file);
        }
        return bytes;
    }

    /** One case of golden.inp with its ids. */
    record Golden(String text, List<Integer> ids) {}

    /** Cases are separated by a line {@code __ggml_vocab_test__}; the last one has no such line. */
    static List<Golden> goldens(Path folder) throws IOException {
        String[] texts =
                Files.readString(folder.resolve("golden.inp")).split("\n__ggml_vocab_test__\n", -1);
        String[] lines = Files.readString(folder.resolve("golden.out")).split("\n", -1);
        List<Golden> cases = new ArrayList<>();
        for (int i = 0; i < texts.length; i++) {
            List<Integer> ids = new ArrayList<>();
            for (String id : lines[i].trim().split(" ", -1)) {
                if (!id.isEmpty()) {
                    ids.add(Integer.valueOf(id));
                }
            }
            cases.add(new Golden(texts[i], ids));
        }
        return cases;
    }
}
