package dev.trilobit.model.file;

import static dev.trilobit.model.file.GgufCases.assertMessage;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SplitGgufTest {
    private static final String FIRST = "m-00001-of-00003.gguf";
    private static final String SECOND = "m-00002-of-00003.gguf";
    private static final String THIRD = "m-00003-of-00003.gguf";

    @Test
    void partsAreOneModel() {
        try (var folder = parts()) {
            GgufFile file = GgufFile.find(folder).orElseThrow();
            assertAll(
                    () -> assertEquals("memory:test/" + FIRST, file.label()),
                    () -> assertEquals("x", file.metadata().string("general.name").orElseThrow()),
                    () ->
                            assertEquals(
                                    List.of("a", "b", "c"), List.copyOf(file.tensors().keySet())),
                    () -> {
                        StoredTensor b = file.tensors().get("b");
                        assertEquals("memory:test/" + SECOND, b == null ? "nowhere" : b.file());
                    });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {FIRST, SECOND, THIRD})
    void anyPartFindsAll(String name, @TempDir Path directory) throws IOException {
        Files.write(directory.resolve(FIRST), part(0, "a").bytes());
        Files.write(directory.resolve(SECOND), part(1, "b").bytes());
        Files.write(directory.resolve(THIRD), part(2, "c").bytes());
        Files.write(directory.resolve("other.gguf"), part(0, "z").bytes());
        try (ModelFolder folder = ModelFolders.open(directory.resolve(name))) {
            GgufFile file = GgufFile.find(folder).orElseThrow();
            assertAll(
                    () -> assertEquals(3, file.tensors().size()),
                    () -> assertEquals(directory.resolve(FIRST).toString(), file.label()));
        }
    }

    @Test
    void missingPartsAreNamed() {
        try (var folder = new MemoryFolder().with(SECOND, part(1, "b").bytes())) {
            refused(
                    folder,
                    "2 problems",
                    "expected a file " + FIRST,
                    "expected a file " + THIRD,
                    "got [" + SECOND + "]");
        }
    }

    @Test
    void aNameThatClaimsPartsForNothingCostsNothing() {
        try (var folder = new MemoryFolder().with("m-00001-of-99999.gguf", part(0, "a").bytes())) {
            refused(folder, "20 problems", "expected a file m-00021-of-99999.gguf");
        }
    }

    @Test
    void partInTheWrongPlaceIsRefused() {
        try (var folder = parts().with(SECOND, part(2, "b").bytes())) {
            refused(folder, SECOND, "key split.no: expected 1, as its name says, got 2");
        }
    }

    @Test
    void partOfAnotherModelIsRefused() {
        try (var folder =
                parts().with(
                                SECOND,
                                new GgufBytes()
                                        .split(1, 4, 3)
                                        .tensor("b", 0, new byte[4], 1)
                                        .bytes())) {
            refused(folder, SECOND, "key split.count: expected 3, as its name says, got 4");
        }
    }

    @Test
    void partWithoutKeysIsRefused() {
        try (var folder = parts().with(SECOND, tensor(new GgufBytes(), "b").bytes())) {
            refused(folder, SECOND, "split.count: expected 3, as its name says, got none");
        }
    }

    @Test
    void partsThatAreAlignedDifferentlyAreRefused() {
        try (var folder =
                parts().with(
                                FIRST,
                                tensor(new GgufBytes().split(0, 3, 3).alignment(64), "a")
                                        .bytes())) {
            refused(
                    folder,
                    "2 problems",
                    SECOND + ": key general.alignment: expected 64, as in the first part, got 32");
        }
    }

    @Test
    void tensorInTwoPartsIsRefused() {
        try (var folder = parts().with(SECOND, part(1, "a").bytes())) {
            refused(folder, "tensor a: expected once, got it in", FIRST, SECOND);
        }
    }

    @Test
    void missingTensorsAreCounted() {
        try (var folder = parts().with(THIRD, new GgufBytes().split(2, 3, 3).bytes())) {
            refused(folder, "key split.tensors.count: expected 3 tensors in all parts, got 2");
        }
    }

    @Test
    void partWithTheNameOfAWholeFileIsRefused() {
        try (var folder = new MemoryFolder().with("m.gguf", part(1, "b").bytes())) {
            refused(
                    folder,
                    "memory:test/m.gguf: key split.count: this is one of 3 parts",
                    "model-00001-of-00003.gguf");
        }
    }

    @Test
    void onlyPartNeedsNoKeys() {
        try (var folder =
                new MemoryFolder()
                        .with("m-00001-of-00001.gguf", tensor(new GgufBytes(), "a").bytes())) {
            assertEquals(1, GgufFile.find(folder).orElseThrow().tensors().size());
        }
    }

    @Test
    void twoSplitModelsInAFolderAreRefused() {
        try (var folder = parts().with("n-00001-of-00003.gguf", part(0, "a").bytes())) {
            var error = assertThrows(ModelFormatException.class, () -> GgufFile.find(folder));
            assertEquals(
                    "memory:test: expected one GGUF model, got [%s, %s, %s, n-00001-of-00003.gguf]; open one by the path of its file"
                            .formatted(FIRST, SECOND, THIRD),
                    error.getMessage());
        }
    }

    private static MemoryFolder parts() {
        return new MemoryFolder()
                .with(FIRST, part(0, "a").string("general.name", "x").bytes())
                .with(SECOND, part(1, "b").bytes())
                .with(THIRD, part(2, "c").bytes());
    }

    private static GgufBytes part(int number, String tensor) {
        return tensor(new GgufBytes().split(number, 3, 3), tensor);
    }

    private static GgufBytes tensor(GgufBytes file, String name) {
        return file.tensor(name, 0, new byte[4], 1);
    }

    private static void refused(ModelFolder folder, String... parts) {
        assertMessage(assertThrows(ModelFormatException.class, () -> GgufFile.find(folder)), parts);
    }
}
