package dev.trilobit.model.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.model.file.MemoryFolder;
import dev.trilobit.model.file.ModelFormatException;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SentencePieceFileTest {
    private static final byte[] UNKNOWN = message(1, join(text(1, "<unk>"), number(3, 2)));
    private static final byte[] BPE = message(2, number(3, 2));

    @Test
    void theSmallestModelIsRead() {
        SentencePieceFile.Content content = read(join(UNKNOWN, piece("a", 0), BPE));
        assertEquals(2, content.table().size());
        assertEquals(TokenKind.UNKNOWN, content.table().kind(0));
        assertEquals(TokenKind.NORMAL, content.table().kind(1));
        assertTrue(content.normalization().spaceInFront());
        assertTrue(content.bos().isEmpty());
    }

    @Test
    void fieldsOfLaterVersionsArePassedOver() {
        byte[] odd =
                join(
                        number(100, 7),
                        message(101, new byte[5]),
                        new byte[] {(byte) 0xB5, 6, 1, 2, 3, 4},
                        new byte[] {(byte) 0xB9, 6, 1, 2, 3, 4, 5, 6, 7, 8});
        assertEquals(1, read(join(odd, UNKNOWN, BPE, odd)).table().size());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 4})
    void otherKindsOfModelsAreRefused(int type) {
        String name = type == 1 ? "unigram" : type == 3 ? "word" : "char";
        assertFails(
                "the SentencePiece model is of the type %s, only bpe is supported".formatted(name),
                join(UNKNOWN, message(2, number(3, type))));
    }

    @Test
    void withoutATypeTheModelIsUnigram() {
        assertFails(
                "the SentencePiece model is of the type unigram, only bpe is supported", UNKNOWN);
    }

    @Test
    void spacesBehindWordsAreRefused() {
        assertFails(
                "treat_whitespace_as_suffix is not supported",
                join(UNKNOWN, message(2, join(number(3, 2), number(24, 1)))));
    }

    @Test
    void aDenormalizerIsRefused() {
        assertFails(
                "a denormalizer is not supported", join(UNKNOWN, BPE, message(5, text(2, "x"))));
    }

    @Test
    void aModelWithoutAnUnknownPieceIsRefused() {
        assertFails("expected a piece of the type UNKNOWN", join(piece("a", 0), BPE));
    }

    @Test
    void byteFallbackNeedsBytes() {
        assertFails(
                "byte_fallback is on and there are no pieces of the type BYTE",
                join(UNKNOWN, message(2, join(number(3, 2), number(35, 1)))));
    }

    @Test
    void allProblemsAreNamed() {
        assertFails(
                """
                2 problems:
                  - the SentencePiece model is of the type word, only bpe is supported
                  - expected a piece of the type UNKNOWN""",
                join(piece("a", 0), message(2, number(3, 3))));
    }

    @Test
    void aModelWithoutPiecesIsRefused() {
        assertFails("the vocabulary has no tokens", BPE);
        assertFails("the vocabulary has no tokens", new byte[0]);
    }

    @Test
    void anUnknownKindOfPieceIsNamed() {
        assertFails(
                "a piece has the type 9, expected 1 to 6",
                message(1, join(text(1, "a"), number(3, 9))));
    }

    @Test
    void aScoreMustBeANumber() {
        assertFails("token 0 \"a\": its score is not a number", piece("a", Float.NaN));
    }

    @Test
    void aPieceMustBeText() {
        assertFails(
                "byte 4: field 1 is not UTF-8",
                message(1, message(1, new byte[] {(byte) 0xC3, 'a'})));
    }

    @Test
    void wrongWireFormatsAreNamedWithTheirPlace() {
        assertFails("byte 0: a field has the number 0", new byte[] {0, 1});
        assertFails("byte 0: field 1 has the wire type 3", new byte[] {0xB});
        assertFails("byte 2: field 1: expected 100 bytes, 1 are left", new byte[] {0xA, 100, 0});
        assertFails("byte 1: field 1: expected 1 bytes, 0 are left", new byte[] {0xA});
        assertFails("byte 1: field 1: expected the wire type 2, got 0", number(1, 5));
        byte[] endless = new byte[12];
        Arrays.fill(endless, (byte) 0xFF);
        assertFails("byte 10: an integer has more than 10 bytes", endless);
        assertFails(
                "byte 11: field 1: expected 18446744073709551615 bytes, 0 are left",
                new byte[] {0xA, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1});
    }

    @Test
    void aCharacterMapMustHoldItsTrie() {
        for (int trie : new int[] {0, 3, 8, -4}) {
            byte[] map = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putInt(trie).array();
            assertFails(
                    "precompiled_charsmap: its 8 bytes cannot hold a trie of %d"
                            .formatted(Integer.toUnsignedLong(trie)),
                    join(UNKNOWN, BPE, message(3, message(2, map))));
        }
    }

    /** Every cut and many wrong bytes: a model that works, or a sentence, and nothing else. */
    @ParameterizedTest
    @ValueSource(strings = {"llama", "plain"})
    void damagedFilesAreRefusedOrStillEncode(String kind) {
        byte[] file = TextResources.bytes("spm-" + kind + ".model");
        long seed = 20261121;
        Random random = new Random(seed);
        for (int run = 0; run < 1500; run++) {
            byte[] damaged = file.clone();
            if (run % 3 == 0) {
                damaged = Arrays.copyOf(file, random.nextInt(file.length));
            } else {
                for (int i = 0; i <= run % 5; i++) {
                    damaged[random.nextInt(file.length)] = (byte) random.nextInt(256);
                }
            }
            try (TextCodec codec =
                    TextCodec.open(MemoryFolder.of(Map.of()).with("tokenizer.model", damaged))) {
                int[] ids = codec.encodePrompt("The ﬁ ½ small e\u0301 trilobite\t１２ 🦐 <mark>");
                codec.tokenizer().decode(ids);
            } catch (ModelFormatException e) {
                assertTrue(e.toString().contains(": memory:test"), e.toString());
            }
        }
    }

    private static SentencePieceFile.Content read(byte[] bytes) {
        return SentencePieceFile.read(MemorySegment.ofArray(bytes), "a.model");
    }

    private static void assertFails(String message, byte[] bytes) {
        var e = assertThrows(ModelFormatException.class, () -> read(bytes));
        assertEquals("a.model: " + message, e.getMessage());
    }

    private static byte[] piece(String piece, float score) {
        byte[] bits =
                ByteBuffer.allocate(5)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .put((byte) ((2 << 3) | 5))
                        .putFloat(score)
                        .array();
        return message(1, join(text(1, piece), bits));
    }

    private static byte[] text(int field, String text) {
        return message(field, text.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] message(int field, byte[] content) {
        return join(varint(((long) field << 3) | 2), varint(content.length), content);
    }

    private static byte[] number(int field, long value) {
        return join(varint((long) field << 3), varint(value));
    }

    private static byte[] varint(long value) {
        var out = new ByteArrayOutputStream();
        long rest = value;
        while (rest >>> 7 != 0) {
            out.write((int) ((rest & 0x7F) | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
        return out.toByteArray();
    }

    private static byte[] join(byte[]... parts) {
        var out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
