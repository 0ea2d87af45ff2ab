package dev.trilobit.model.arch;

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
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A tiny random model and the logits transformers computes for it in float32: three sequences of 48
 * tokens. See {@code oracle/README.md} among the test resources.
 */
public final class OracleModel implements AutoCloseable {
    private static final String MLX = "-mlx";

    private final ModelFolder folder;
    private final List<Path> temporary;
    private final JsonNode facts;
    private final FloatBuffer logits;

    private OracleModel(Path model, Path oracle, List<Path> temporary) throws IOException {
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
    public static OracleModel open(String kind) {
        Path root = resources();
        return open(root, kind);
    }

    /**
     * Opens a kind that is too large for the test resources, or skips the test that needs it where
     * the system property {@code trilobit.shared} does not say where it lies.
     */
    public static OracleModel openShared(String kind) {
        String shared = System.getProperty("trilobit.shared", "");
        assumeTrue(
                !shared.isEmpty(),
                () -> kind + " is outside the repository; -Dtrilobit.shared must lead to it");
        Path root = Path.of(shared, "data", "oracle");
        assertTrue(Files.isDirectory(root.resolve(kind)), () -> "no folder " + root.resolve(kind));
        return open(root, kind);
    }

    private static OracleModel open(Path root, String kind) {
        String dense = kind.endsWith(MLX) ? kind.substring(0, kind.length() - 4) : kind;
        try {
            Path model = root.resolve(kind);
            if (Files.exists(model.resolve("model.safetensors"))) {
                return new OracleModel(model, root.resolve(dense), List.of());
            }
            Path unpacked = Files.createTempDirectory("oracle-" + kind);
            Path config = unpacked.resolve("config.json");
            Files.copy(model.resolve("config.json"), config);
            Path weights = unpacked.resolve("model.safetensors");
            try (var packed =
                    new GZIPInputStream(
                            Files.newInputStream(model.resolve("model.safetensors.gz")))) {
                Files.copy(packed, weights);
            }
            return new OracleModel(
                    unpacked, root.resolve(dense), List.of(config, weights, unpacked));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path resources() {
        try {
            var readme = OracleModel.class.getResource("/oracle/README.md");
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

    /** Returns the sequences of token ids: [3][48]. */
    public int[][] tokens() {
        var sequences = new ArrayList<int[]>();
        for (JsonNode sequence : facts.get("tokens")) {
            sequences.add(sequence.valueStream().mapToInt(JsonNode::intValue).toArray());
        }
        return sequences.toArray(int[][]::new);
    }

    /** Returns the reference logits of one position: [vocabulary]. */
    public float[] logits(int sequence, int position) {
        var row = new float[extent(2)];
        logits.get((sequence * extent(1) + position) * row.length, row);
        return row;
    }

    private int extent(int axis) {
        return facts.get("logits_shape").get(axis).intValue();
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
