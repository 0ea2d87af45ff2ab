package dev.trilobit.model.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.model.file.GgufMetadata;
import dev.trilobit.model.file.GgufMetadataBuilder;
import dev.trilobit.model.file.MetadataType;
import dev.trilobit.model.file.ModelFolder;
import dev.trilobit.model.file.ModelFolders;
import dev.trilobit.model.file.ModelFormatException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Ids of particular tokens that are none, or no int. */
class GgufTokenIdsTest {
    @TempDir private Path folder;

    private static GgufMetadataBuilder bytePairs() {
        return GgufTokens.recorded("falcon3").string("tokenizer.ggml.pre", "llama-bpe");
    }

    /** A SentencePiece tokenizer as keys. */
    private GgufMetadataBuilder pieces() throws IOException {
        byte[] model = TextResources.bytes("spm-llama.model");
        Path source = Files.createDirectory(folder.resolve("source"));
        Files.write(source.resolve("tokenizer.model"), model);
        var keys = GgufMetadata.builder("t.gguf");
        try (ModelFolder opened = ModelFolders.open(source)) {
            int size = SentencePieceFile.read(MemorySegment.ofArray(model), "m").table().size();
            GgufTextWriter.write(opened, size, keys);
        }
        return keys;
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MIN_VALUE, -4_000_000_000L, -2, 1L << 40})
    void idOfNoTokenIsRefusedAndNotTakenForOne(long id) {
        GgufMetadataBuilder metadata =
                bytePairs().integer(GgufTokenIds.BOS, MetadataType.INT64, id);
        var error = assertThrows(ModelFormatException.class, () -> GgufTokens.open(metadata));
        assertTrue(String.valueOf(error.getMessage()).contains("got " + id), error.getMessage());
    }

    @ParameterizedTest
    @CsvSource({"INT32, -1", "UINT32, 4294967295"})
    void noneIsNoTokenInFrontOfATextHoweverItIsWritten(MetadataType type, long none)
            throws IOException {
        GgufMetadata metadata = bytePairs().integer(GgufTokenIds.BOS, type, none).build();
        assertEquals(Optional.of(List.of()), GgufVocabulary.read(metadata).addedInFront());
        HuggingFaceTextWriter.write(metadata, folder);
        String tokenizer = Files.readString(folder.resolve("tokenizer.json"));
        assertFalse(tokenizer.contains("TemplateProcessing"), "nothing is put in front");
    }

    @ParameterizedTest
    @CsvSource({"INT32, -1", "UINT32, 4294967295", "INT64, -9000000000"})
    void sentencePieceModelWithoutAnEndIsWrittenWithoutOne(MetadataType type, long none)
            throws IOException {
        GgufMetadata metadata = pieces().integer(GgufTokenIds.EOS, type, none).build();
        byte[] written = SentencePieceBytes.of(model(metadata), OptionalInt.of(1), none(metadata));
        var content = SentencePieceFile.read(MemorySegment.ofArray(written), "written");
        assertEquals(-1, content.eosId());
        assertEquals(1, content.bosId());
    }

    private static OptionalInt none(GgufMetadata metadata) {
        return GgufTokenIds.find(metadata, GgufTokenIds.EOS, 1 << 20);
    }

    private static SentencePieceModel model(GgufMetadata metadata) {
        return (SentencePieceModel) GgufVocabulary.read(metadata);
    }

    @Test
    void startOfATextIsKeptWhereItIsNotPutInFront() throws IOException {
        GgufMetadata metadata =
                pieces().uint32(GgufTokenIds.BOS, 2).flag(GgufVocabulary.ADD_BOS, false).build();
        Path back = Files.createDirectory(folder.resolve("back"));
        HuggingFaceTextWriter.write(metadata, back);
        byte[] written = Files.readAllBytes(back.resolve("tokenizer.model"));
        assertEquals(2, SentencePieceFile.read(MemorySegment.ofArray(written), "written").bosId());
    }

    @Test
    void folderOfAFileWithoutAnEndIsWritten() throws IOException {
        GgufMetadata metadata = pieces().uint32(GgufTokenIds.EOS, 0xFFFF_FFFFL).build();
        Path back = Files.createDirectory(folder.resolve("back"));
        HuggingFaceTextWriter.write(metadata, back);
        assertTrue(Files.exists(back.resolve("tokenizer.model")));
    }

    @Test
    void configHasTheIdsThatAreTokens() {
        GgufMetadataBuilder keys =
                bytePairs().uint32(GgufTokenIds.BOS, 3).uint32(GgufTokenIds.EOS, 0xFFFF_FFFFL);
        assertEquals(Map.of("bos_token_id", 3), GgufTokenIds.ofConfig(keys.build()));
        keys.integer(GgufTokenIds.EOS, MetadataType.INT32, 7);
        assertEquals(
                Map.of("bos_token_id", 3, "eos_token_id", 7), GgufTokenIds.ofConfig(keys.build()));
    }
}
