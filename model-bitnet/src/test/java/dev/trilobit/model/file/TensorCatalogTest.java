package dev.trilobit.model.file;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class TensorCatalogTest {
    private static final String INDEX = "model.safetensors.index.json";
    private static final String SHARD_1 = "model-00001-of-00002.safetensors";
    private static final String SHARD_2 = "model-00002-of-00002.safetensors";

    @Test
    void singleFileIsRead() {
        try (var folder = new MemoryFolder().with("model.safetensors", tensors("a", "b"))) {
            TensorCatalog catalog = TensorCatalog.open(folder);
            assertAll(
                    () -> assertEquals(List.of("a", "b"), catalog.names()),
                    () -> assertEquals("memory:test/model.safetensors", catalog.label()),
                    () -> assertTrue(catalog.find("c").isEmpty()));
        }
    }

    @Test
    void shardsAreReadThroughTheIndex() {
        try (var folder = sharded("{\"a\":\"%s\",\"b\":\"%s\"}".formatted(SHARD_1, SHARD_2))) {
            TensorCatalog catalog = TensorCatalog.open(folder);
            assertAll(
                    () -> assertEquals(List.of("a", "b"), catalog.names()),
                    () ->
                            assertEquals(
                                    "memory:test/" + SHARD_2,
                                    catalog.find("b").orElseThrow().file()));
        }
    }

    @Test
    void tensorsTheIndexLeavesOutAreReadWithTheirShard() {
        try (var folder =
                sharded("{\"a\":\"%s\"}".formatted(SHARD_1)).with(SHARD_1, tensors("a", "x"))) {
            assertEquals(List.of("a", "x"), TensorCatalog.open(folder).names());
        }
    }

    @Test
    void indexThatNamesAMissingShardIsRefused() {
        try (var folder = sharded("{\"a\":\"%s\",\"b\":\"../gone\"}".formatted(SHARD_1))) {
            refused(folder, "memory:test/" + INDEX, "expected a file ../gone", SHARD_1);
        }
    }

    @Test
    void indexThatNamesATensorNotInItsShardIsRefused() {
        try (var folder = sharded("{\"a\":\"%s\",\"b\":\"%s\"}".formatted(SHARD_1, SHARD_1))) {
            refused(folder, INDEX, "tensor b", "expected in " + SHARD_1);
        }
    }

    @Test
    void tensorInTwoShardsIsRefused() {
        try (var folder =
                sharded("{\"a\":\"%s\",\"b\":\"%s\"}".formatted(SHARD_1, SHARD_2))
                        .with(SHARD_2, tensors("a", "b"))) {
            refused(folder, "tensor a", "expected once", SHARD_1, SHARD_2);
        }
    }

    @Test
    void shardThatIsNoNameIsRefused() {
        try (var folder = sharded("{\"a\":7}")) {
            refused(folder, INDEX, "tensor a", "expected the name of a file", "got 7");
        }
    }

    @Test
    void indexWithoutWeightMapIsRefused() {
        try (var folder = new MemoryFolder().with(INDEX, "{}")) {
            refused(folder, INDEX, "weight_map");
        }
    }

    @Test
    void indexThatIsNoObjectIsRefused() {
        try (var folder = new MemoryFolder().with(INDEX, "[]")) {
            refused(folder, INDEX, "JSON object", "ARRAY");
        }
    }

    @Test
    void malformedShardIsNamed() {
        try (var folder = sharded("{\"a\":\"%s\"}".formatted(SHARD_1)).with(SHARD_1, new byte[3])) {
            refused(folder, "memory:test/" + SHARD_1, "3 bytes");
        }
    }

    @Test
    void folderWithoutTensorsIsRefused() {
        try (var folder = new MemoryFolder().with("pytorch_model.bin", "x")) {
            refused(folder, "memory:test", "expected model.safetensors", "pytorch_model.bin");
        }
    }

    @Test
    void folderOfGgufFilesIsRefusedWithWhatToOpen() {
        try (var folder = new MemoryFolder().with("model.gguf", "x")) {
            refused(folder, "open a GGUF model by the path of its .gguf file");
        }
    }

    private static MemoryFolder sharded(String map) {
        return new MemoryFolder()
                .with(SHARD_1, tensors("a"))
                .with(SHARD_2, tensors("b"))
                .with(INDEX, "{\"metadata\":{\"total_size\":8},\"weight_map\":" + map + "}");
    }

    private static byte[] tensors(String... names) {
        var writer = new SafetensorsWriter();
        for (String name : names) {
            writer.floats(name, new float[] {1}, 1);
        }
        return writer.bytes();
    }

    private static void refused(ModelFolder folder, String... parts) {
        String message =
                String.valueOf(
                        assertThrows(ModelFormatException.class, () -> TensorCatalog.open(folder))
                                .getMessage());
        for (String part : parts) {
            assertTrue(message.contains(part), () -> "'" + part + "' is missing in: " + message);
        }
    }
}
