package dev.trilobit.api.quant;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** {@link TernaryPacking#ROW_QUARTERS} against the packing of Hugging Face's BitNet files. */
class HuggingFacePackingTest {
    private static final WeightFormat FORMAT =
            new Ternary(TernaryPacking.ROW_QUARTERS, new ScaleGranularity.PerTensor());
    private static final String ONE = "0000803f";

    static List<String> recorded() {
        try (InputStream stream =
                HuggingFacePackingTest.class.getResourceAsStream(
                        "/goldens/transformers/bitnet.tsv")) {
            byte[] bytes = Objects.requireNonNull(stream, "bitnet.tsv").readAllBytes();
            return new String(bytes, StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @MethodSource("recorded")
    void bytesOfPackWeightsDecode(String line) {
        List<String> parts = List.of(line.split("\t", -1));
        int rows = Integer.parseInt(parts.get(0));
        int cols = Integer.parseInt(parts.get(1));

        Weight weight = PackedBytes.weight(FORMAT, rows, cols, parts.get(3), ONE);

        var decoded = new StringBuilder();
        for (int row = 0; row < rows; row++) {
            for (double value : ReferenceCodec.decodeRow(weight, row)) {
                decoded.append("-0+".charAt((int) value + 1));
            }
        }
        assertEquals(parts.get(2), decoded.toString());
    }

    @Test
    void severalShapesAreRecorded() {
        assertEquals(4, recorded().size());
    }

    /** W[r + k R][c] + 1 in bits 2k and 2k + 1 of byte [r][c], R = rows / 4. */
    @ParameterizedTest
    @CsvSource({"4, 1", "4, 128", "8, 33", "20, 129", "128, 5"})
    void bytesOfTheFormulaDecode(int rows, int cols) {
        var random = new Random(20260101);
        int quarter = rows / 4;
        int[][] trits = new int[rows][cols];
        var hex = new StringBuilder();
        for (int r = 0; r < quarter; r++) {
            for (int c = 0; c < cols; c++) {
                int packed = 0;
                for (int k = 0; k < 4; k++) {
                    trits[r + k * quarter][c] = random.nextInt(3) - 1;
                    packed |= (trits[r + k * quarter][c] + 1) << (2 * k);
                }
                hex.append("%02x".formatted(packed));
            }
        }

        Weight weight = PackedBytes.weight(FORMAT, rows, cols, hex.toString(), ONE);

        for (int row = 0; row < rows; row++) {
            for (int col = 0; col < cols; col++) {
                assertEquals(trits[row][col], ReferenceCodec.decode(weight, row, col));
            }
        }
    }
}
