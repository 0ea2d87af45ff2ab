package dev.trilobit.model.file;

import static dev.trilobit.model.file.GgufCases.FILE;
import static dev.trilobit.model.file.GgufCases.read;
import static dev.trilobit.model.file.GgufCases.refused;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GgufRefusalTest {
    /** Where the first entry lies in a file without keys. */
    private static final int FIRST = 24;

    private static final byte[] SIX_FLOATS = new byte[24];

    @Test
    void fileCutAnywhereIsRefused() {
        byte[] whole =
                new GgufBytes()
                        .string("general.name", "x")
                        .array("list", 8, GgufBytes.string("a"), GgufBytes.string("b"))
                        .tensor("t", 0, new byte[32], 8)
                        .bytes();
        assertDoesNotThrow(() -> read(whole));
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            var error = assertThrows(ModelFormatException.class, () -> read(cut), "at " + length);
            assertTrue(String.valueOf(error.getMessage()).startsWith(FILE), error::getMessage);
        }
    }

    @Test
    void fileWithAnyByteChangedIsReadOrRefused() {
        byte[] whole =
                new GgufBytes()
                        .string("general.name", "x")
                        .array("list", 9, GgufBytes.array(0, 2, new byte[2]))
                        .tensor("t", 41, new byte[36], 128, 2)
                        .bytes();
        for (int i = 0; i < whole.length; i++) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] changed = whole.clone();
                changed[i] ^= (byte) (1 << bit);
                try {
                    read(changed);
                } catch (ModelFormatException e) {
                    assertTrue(String.valueOf(e.getMessage()).startsWith(FILE), e::getMessage);
                }
            }
        }
    }

    @Test
    void truncatedDataAreRefused() {
        byte[] whole = new GgufBytes().tensor("t", 0, SIX_FLOATS, 6).bytes();
        refused(
                Arrays.copyOf(whole, whole.length - 9),
                "tensor t: entry at byte " + FIRST,
                "the 24 bytes of F32 [6] at offset 0 of the data",
                "got a file of " + (whole.length - 9) + " bytes",
                "truncated");
    }

    @Test
    void headerWithoutDataIsRefused() {
        var bytes = new GgufBytes().entry("t", 0, 0, 6);
        refused(Arrays.copyOf(bytes.header(), 24 + 33), "tensor t", "truncated");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 1L << 32, Long.MAX_VALUE, -1 & Long.MAX_VALUE, Long.MIN_VALUE, -7})
    void absurdNumberOfTensorsIsRefused(long count) {
        byte[] file = new GgufBytes().bytes();
        System.arraycopy(GgufBytes.int64(count), 0, file, 8, 8);
        refused(
                file,
                "the number of tensors at byte 8",
                "expected at most 0",
                "got " + Long.toUnsignedString(count));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 1L << 32, Long.MIN_VALUE})
    void absurdNumberOfKeysIsRefused(long count) {
        byte[] file = new GgufBytes().bytes();
        System.arraycopy(GgufBytes.int64(count), 0, file, 16, 8);
        refused(
                file,
                "the number of keys at byte 16",
                "expected at most 0",
                "got " + Long.toUnsignedString(count));
    }

    @Test
    void moreKeysThanAnyModelHasAreRefused() {
        refused(
                new GgufBytes().keyCount(70_000).data(new byte[1_000_000]),
                "the number of keys at byte 16",
                "at most 65536, got 70000");
    }

    @Test
    void moreTensorsThanAnyModelHasAreRefused() {
        refused(
                new GgufBytes().tensorCount(200_000).data(new byte[5_000_000]),
                "the number of tensors at byte 8",
                "at most 131072, got 200000");
    }

    @Test
    void tooManyExtentsAreRefused() {
        refused(
                new GgufBytes().entry("t", 0, 0, 1, 1, 1, 1, 1),
                "tensor t: entry at byte " + FIRST,
                "expected at most 4 extents, got 5");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void extentBelowOneIsRefused(long extent) {
        refused(
                new GgufBytes().entry("t", 0, 0, 4, extent),
                "tensor t: entry at byte " + FIRST,
                "expected extents from 1, got F32 [" + extent + ", 4]");
    }

    @Test
    void overflowingShapeIsRefused() {
        refused(
                new GgufBytes().entry("t", 0, 0, 1L << 32, 1L << 32),
                "tensor t",
                "expected a size that fits 64 bits, got F32 [4294967296, 4294967296]");
    }

    @Test
    void overflowingSizeIsRefused() {
        refused(
                new GgufBytes().entry("t", 0, 0, 1L << 62),
                "tensor t",
                "expected a size that fits 64 bits");
    }

    @ParameterizedTest
    @CsvSource({"2,32", "12,256", "34,256", "41,128", "42,64", "142,128", "143,128"})
    void rowThatIsNoMultipleOfTheBlockIsRefused(int type, int block) {
        refused(
                new GgufBytes().tensor("t", type, new byte[1000], block + 1, 2),
                "tensor t: entry at byte " + FIRST,
                "expected rows of a multiple of %d weights, got ".formatted(block),
                "[2, %d]".formatted(block + 1));
    }

    @Test
    void matrixThatDoesNotFillBytesIsRefused() {
        refused(
                new GgufBytes().tensor("t", 36, new byte[100], 3, 3),
                "expected a matrix of a multiple of 4 weights, got I2_S [3, 3]");
    }

    @Test
    void offsetOffTheAlignmentIsRefused() {
        refused(
                new GgufBytes().entry("t", 0, 8, 6).data(new byte[64]),
                "tensor t: entry at byte " + FIRST,
                "a multiple of the alignment 32, got offset 8");
    }

    @ParameterizedTest
    @ValueSource(longs = {-32, Long.MIN_VALUE, 1L << 62, 64})
    void offsetBeyondTheFileIsRefused(long offset) {
        refused(
                new GgufBytes().entry("t", 0, offset, 6).data(new byte[64]),
                "tensor t",
                "at offset " + Long.toUnsignedString(offset) + " of the data");
    }

    @Test
    void overlappingTensorsAreRefused() {
        var bytes = new GgufBytes().entry("a", 0, 0, 16).entry("b", 0, 32, 8).data(new byte[96]);
        long start = bytes.header().length;
        refused(
                bytes,
                "tensor b at byte " + (start + 32),
                "overlaps a (F32 [16]), which ends at byte " + (start + 64));
    }

    @Test
    void tensorsAtTheSamePlaceAreRefused() {
        refused(
                new GgufBytes().entry("a", 0, 0, 8).entry("b", 0, 0, 8).data(new byte[32]),
                "overlaps");
    }

    @Test
    void holesAreRefused() {
        var bytes = new GgufBytes().entry("a", 0, 0, 8).entry("b", 0, 64, 8).data(new byte[96]);
        long start = bytes.header().length;
        refused(
                bytes,
                "tensor b at byte " + (start + 64),
                "expected to start at byte " + (start + 32),
                "next behind a (F32 [8])");
    }

    @Test
    void nameThatComesTwiceIsRefused() {
        refused(
                new GgufBytes().tensor("twin", 0, SIX_FLOATS, 6).tensor("twin", 0, SIX_FLOATS, 6),
                "tensor twin: entry at byte",
                "expected the name once, got it at byte " + FIRST + " too");
    }

    @Test
    void nameThatIsTooLongIsRefused() {
        refused(
                new GgufBytes().entry("n".repeat(65_536), 0, 0, 1),
                "the name of a tensor at byte " + FIRST,
                "at most 65535, got 65536");
    }

    @Test
    void nameThatIsNoUtf8IsRefused() {
        byte[] file = new GgufBytes().tensor("t", 0, SIX_FLOATS, 6).bytes();
        file[FIRST + 8] = (byte) 0xff;
        refused(file, "the name of a tensor at byte " + FIRST, "UTF-8");
    }

    @Test
    void allWrongTensorsAreNamedAtOnce() {
        refused(
                new GgufBytes()
                        .tensor("a", 13, new byte[176], 256)
                        .tensor("b", 41, new byte[18], 100)
                        .tensor("c", 13, new byte[176], 256)
                        .tensor("b", 0, SIX_FLOATS, 6),
                "3 problems",
                "tensor a: entry at byte 24 and 1 more: type 13 is Q5_K",
                "tensor b",
                "once");
    }

    @Test
    void onlyTheFirstOfManyProblemsAreSpelledOut() {
        var bytes = new GgufBytes();
        for (int i = 0; i < 50; i++) {
            bytes.entry("t" + i, 0, 0, 0);
        }
        refused(bytes, "21 problems", "tensor t19", "and 30 more");
    }

    @ParameterizedTest
    @CsvSource({
        "4,Q4_2,Q4_K",
        "5,Q4_3,Q4_K",
        "7,Q5_1,Q5_0",
        "9,Q8_1,Q8_0",
        "10,Q2_K,Q4_K",
        "11,Q3_K,Q4_K",
        "13,Q5_K,Q6_K",
        "15,Q8_K,Q8_0",
        "16,IQ2_XXS,Q4_K",
        "17,IQ2_XS,Q4_K",
        "18,IQ3_XXS,Q4_K",
        "19,IQ1_S,Q4_K",
        "20,IQ4_NL,Q4_0",
        "21,IQ3_S,Q4_K",
        "22,IQ2_S,Q4_K",
        "23,IQ4_XS,Q4_K",
        "24,I8,F16",
        "25,I16,F16",
        "26,I32,F32",
        "27,I64,F32",
        "28,F64,F32",
        "29,IQ1_M,Q4_K",
        "31,Q4_0_4_4,Q4_0",
        "32,Q4_0_4_8,Q4_0",
        "33,Q4_0_8_8,Q4_0",
        "37,I8_S of bitnet.cpp,I2_S",
        "38,TL1 of bitnet.cpp,use I2_S of the same model",
        "39,'MXFP4 of ggml, or TL2 of bitnet.cpp',use I2_S of the same model",
        "40,'NVFP4 of ggml, or Q1_0 with groups of 32',id 41"
    })
    void typeThatIsNotReadIsRefusedWithWhatToUse(int type, String name, String instead) {
        refused(
                new GgufBytes().tensor("blk.0.x", type, new byte[64], 256),
                "tensor blk.0.x: entry at byte " + FIRST,
                "type " + type + " is " + name,
                "not supported",
                instead);
    }

    @ParameterizedTest
    @ValueSource(longs = {43, 100, 0xffffffffL})
    void unknownTypeIsRefused(long type) {
        refused(
                new GgufBytes().tensor("t", (int) type, new byte[64], 256),
                "type " + type + " is unknown",
                "Q1_0 41",
                "PTQ1_0 143");
    }
}
