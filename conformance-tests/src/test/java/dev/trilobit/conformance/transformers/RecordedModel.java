package dev.trilobit.conformance.transformers;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.trilobit.model.file.ModelFolder;
import dev.trilobit.model.file.ModelFolders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.zip.GZIPInputStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A tiny random model and the logits transformers computes for it in float32: three sequences of 48
 * tokens. See {@code oracle/README.md} among the test resources.
 */
public final class RecordedModel implements AutoCloseable {
    private static final String MLX = "-mlx";

    private final ModelFolder folder;
    private final List<Path> temporary;
    private final JsonNode facts;
    private final FloatBuffer logits;

    private RecordedModel(Path model, Path oracle, List<Path> temporary) throws IOException {
        this.temporary = temporary;
        this.facts =
                JsonMapper.shared().readTree(Files.readAllBytes(oracle.resolve("oracle.json")));
        this.logits =
                ByteBuffer.wrap(Files.readAllBytes(oracle.resolve("oracle.bin")))
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .asFloatBuffer();
        this.folder = ModelFolders.open(model);
    }

    /** Opens a kind by the name of its folder. */
    public static RecordedModel open(String kind) {
        return open(resources(), kind);
    }

    /** Opens the same numbers as a GGUF file. */
    public static RecordedModel openTwin(String kind) {
        Path oracle = resources().resolve(kind);
        try (var files = Files.list(oracle)) {
            Path packed =
                    files.filter(file -> file.toString().endsWith(".gguf.gz"))
                            .findFirst()
                            .orElseThrow(() -> new IllegalStateException("no twin in " + oracle));
            Path unpacked = Files.createTempFile("oracle-" + kind, ".gguf");
            unpack(packed, unpacked);
            return new RecordedModel(unpacked, oracle, List.of(unpacked));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void unpack(Path packed, Path unpacked) throws IOException {
        try (var in = new GZIPInputStream(Files.newInputStream(packed))) {
            Files.copy(in, unpacked, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /**
     * Opens a kind that is too large for the test resources, or skips the test that needs it where
     * the system property {@code trilobit.shared} does not say where it lies.
     */
    static RecordedModel openShared(String kind) {
        String shared = System.getProperty("trilobit.shared", "");
        assumeTrue(
                !shared.isEmpty(),
                () -> kind + " is outside the repository; -Dtrilobit.shared must lead to it");
        Path root = Path.of(shared, "data", "oracle");
        assertTrue(Files.isDirectory(root.resolve(kind)), () -> "no folder " + root.resolve(kind));
        return open(root, kind);
    }

    private static RecordedModel open(Path root, String kind) {
        String dense = kind.endsWith(MLX) ? kind.substring(0, kind.length() - 4) : kind;
        try {
            Path model = root.resolve(kind);
            if (Files.exists(model.resolve("model.safetensors"))) {
                return new RecordedModel(model, root.resolve(dense), List.of());
            }
            Path unpacked = Files.createTempDirectory("oracle-" + kind);
            Path config = unpacked.resolve("config.json");
            Files.copy(model.resolve("config.json"), config);
            Path weights = unpacked.resolve("model.safetensors");
            unpack(model.resolve("model.safetensors.gz"), weights);
            return new RecordedModel(
                    unpacked, root.resolve(dense), List.of(config, weights, unpacked));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path resources() {
        try {
            var readme = RecordedModel.class.getResource("/oracle/README.md");
            if (readme == null) {
                throw new IllegalStateException("oracle/README.md is no test resource");
            }
            return Path.of(readme.toURI()).resolveSibling("");
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns the files of the model; open until this is closed. */
    public ModelFolder folder() {
        return folder;
    }

    /** Returns the reference logits. */
    RecordedLogits logits() {
        List<int[]> sequences =
                facts.get("tokens")
                        .valueStream()
                        .map(ids -> ids.valueStream().mapToInt(JsonNode::intValue).toArray())
                        .toList();
        return new RecordedLogits(
                sequences, facts.get("logits_shape").get(2).intValue(), logits::get);
    }

    @Override
    public void close() {
        folder.close();
        try {
            for (Path path : temporary) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
