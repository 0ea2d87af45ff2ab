package dev.trilobit.cli.bench.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.api.program.ActivationQuant;
import dev.trilobit.api.program.Op;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.WeightFormat;
import dev.trilobit.cli.io.UsageException;
import dev.trilobit.model.ModelOptions;
import dev.trilobit.model.ModelReader;
import dev.trilobit.model.arch.ActivationChoice;
import dev.trilobit.model.embedded.EmbeddedModels;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KernelCasesTest {
    private static List<String> labels(String bits, Integer... groups) {
        return KernelFormat.parse(bits, List.of(groups), ActivationChoice.FLOAT).stream()
                .map(KernelFormat::label)
                .toList();
    }

    @Test
    void oneBitHasASymmetricAndAnAffineForm() {
        assertEquals(
                List.of(
                        "binary-g64",
                        "binary-affine-g64",
                        "binary-g128",
                        "binary-affine-g128",
                        "bf16"),
                labels("1", 64, 128));
    }

    @Test
    void formatsWithoutGroupsComeOnce() {
        assertEquals(
                List.of(
                        "ternary, int8-per-token",
                        "ternary-g32",
                        "ternary-g64",
                        "bf16",
                        "f16",
                        "q8_0"),
                labels("ternary,16,q8_0", 32, 64));
        assertEquals(
                List.of("affine2-g32", "affine4-g32", "affine8-g32", "bf16"), labels("2,4,8", 32));
    }

    @Test
    void aRuleForInputsIsThatOfFormatsWithGroupsOrBlocks() {
        assertEquals(
                List.of(
                        "binary-g32, int8-per-group",
                        "binary-affine-g32, int8-per-group",
                        "bf16",
                        "f16",
                        "ternary, int8-per-token",
                        "ternary-g32, int8-per-group",
                        "q6_k, int8-per-group"),
                KernelFormat.parse("1,16,ternary,q6_k", List.of(32), ActivationChoice.INT8).stream()
                        .map(KernelFormat::label)
                        .toList());
    }

    @Test
    void theOptionMeansWhatItMeansForModels() {
        ModelOptions options = ModelOptions.defaults().withActivations(ActivationChoice.INT8);
        try (var embedded = EmbeddedModels.open("binary")) {
            Map<WeightFormat, ActivationQuant> rules = new LinkedHashMap<>();
            for (Op op : ModelReader.read(embedded, options).program().ops()) {
                if (op instanceof Op.Linear linear) {
                    rules.put(linear.weight().format(), linear.activations());
                }
            }
            var timed =
                    KernelFormat.parse("1,16", List.of(128), ActivationChoice.INT8).stream()
                            .collect(
                                    Collectors.toMap(
                                            KernelFormat::format, KernelFormat::activations));
            assertEquals(2, rules.size(), rules.toString());
            rules.forEach((format, rule) -> assertEquals(timed.get(format), rule, format.label()));
        }
    }

    @Test
    void copiesOfOneMatrixAreMoreThanCachesHold() {
        KernelFormat one = KernelFormat.parse("1", List.of(128), ActivationChoice.FLOAT).getFirst();
        MatrixChain chain = MatrixChain.parse("4096x4096").getFirst();
        long bytes = one.format().byteSize(chain.matrices().getFirst());
        int copies = KernelProgram.streamedCopies(one, chain);
        assertTrue(copies * bytes >= 256L << 20 && (copies - 1) * bytes < 256L << 20);
        assertEquals(256, KernelProgram.streamedCopies(one, MatrixChain.parse("8x128").getFirst()));
        assertEquals(
                1,
                KernelProgram.streamedCopies(
                        KernelFormat.BASELINE, MatrixChain.parse("65536x4096").getFirst()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"3", "", "1,,2", "one"})
    void unknownBitsAreNamed(String bits) {
        var e = assertThrows(UsageException.class, () -> labels(bits, 32));
        assertTrue(String.valueOf(e.getMessage()).contains("--bits: expected some of 1, 2"));
    }

    @Test
    void twoExtentsAreRowsAndColumns() {
        MatrixChain chain = MatrixChain.parse("11008x4096").getFirst();
        assertEquals(List.of(new MatrixShape(11008, 4096)), chain.matrices());
        assertEquals(4096, chain.inputs());
        assertEquals(11008L * 4096, chain.weights());
    }

    @Test
    void threeExtentsAreTwoMatrices() {
        MatrixChain chain = MatrixChain.parse("64x256x32").getFirst();
        assertEquals(List.of(new MatrixShape(256, 64), new MatrixShape(32, 256)), chain.matrices());
        assertEquals(64, chain.inputs());
        assertEquals(256 * 64 + 32 * 256, chain.weights());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "4096", "0x4", "4x4x4x4", "4x-4", "4 x 4", "4x4,", "axb"})
    void malformedShapesAreNamed(String text) {
        var e = assertThrows(UsageException.class, () -> MatrixChain.parse(text));
        assertTrue(String.valueOf(e.getMessage()).contains("--shape: expected ROWSxCOLS"));
    }
}
