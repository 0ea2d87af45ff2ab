package dev.trilobit.cli.bench.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.api.backend.BackendRequest;
import dev.trilobit.api.backend.Backends;
import dev.trilobit.api.backend.DecoderSession;
import dev.trilobit.api.backend.LogitRows;
import dev.trilobit.api.backend.MatrixProduct;
import dev.trilobit.api.quant.ReferenceCodec;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.api.quant.WeightFormat;
import dev.trilobit.model.arch.ActivationChoice;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class KernelProgramTest {
    private static final String ALL = "1,2,4,8,ternary,16,q8_0,q6_k,q4_k,q4_0";
    private static final MatrixChain MATRIX = MatrixChain.parse("24x256").getFirst();

    static List<KernelFormat> formats() {
        return KernelFormat.parse(ALL, List.of(64), ActivationChoice.FLOAT);
    }

    @ParameterizedTest
    @MethodSource("formats")
    void randomWeightsAreNumbersOfUsefulSize(KernelFormat kernel) {
        var program = new KernelProgram(kernel, MATRIX, 1).program();
        try (Arena arena = Arena.ofShared()) {
            Weight weight = new RandomWeights(program.weights()).weight("matrix-0", arena);
            int[] codes = new int[4];
            for (int row = 0; row < 24; row++) {
                for (double value : ReferenceCodec.decodeRow(weight, row)) {
                    // Blocks have integer scales of up to 128 on top.
                    assertTrue(Math.abs(value) <= 1e5, () -> kernel.label() + ": " + value);
                }
            }
            if (kernel.label().startsWith("ternary")) {
                for (int col = 0; col < 256; col++) {
                    codes[ReferenceCodec.code(weight, 0, col)]++;
                }
                assertEquals(0, codes[3]);
                assertTrue(codes[0] > 0 && codes[1] > 0 && codes[2] > 0);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("formats")
    void timedProgramsComputeMatrixProducts(KernelFormat kernel) {
        var timed = new KernelProgram(kernel, MATRIX, 1);
        int[] rows = IntStream.range(0, KernelProgram.ROWS).toArray();
        try (Arena arena = Arena.ofShared();
                var backend = Backends.select(BackendRequest.auto(), timed.program()).backend()) {
            float[] logits;
            try (var compiled = timed.compile(backend, rows.length, Map.of());
                    DecoderSession session = compiled.newSession()) {
                logits = session.forward(rows, LogitRows.ALL).toArray(ValueLayout.JAVA_FLOAT);
            }
            var source = new RandomWeights(timed.program().weights());
            Weight product =
                    new MatrixProduct(kernel.activations())
                            .multiply(
                                    backend,
                                    source.weight("input", arena),
                                    source.weight("matrix-0", arena),
                                    arena);
            assertArrayEquals(product.codes().toArray(ValueLayout.JAVA_FLOAT), logits);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void heldBytesAreThoseOfOneCopyAlone(int copies) {
        // Read in place as they are: two bytes a weight.
        var timed =
                new KernelProgram(
                        KernelFormat.BASELINE, MatrixChain.parse("64x256x32").getFirst(), copies);
        try (var backend = Backends.select(BackendRequest.auto(), timed.program()).backend();
                var compiled = timed.compile(backend, 1, Map.of())) {
            assertEquals(2L * (64 * 256 + 256 * 32), timed.heldBytes(compiled));
        }
        WeightFormat bf16 = KernelFormat.BASELINE.format();
        assertEquals(2L * 24 * 256, bf16.byteSize(MATRIX.matrices().getFirst()));
    }
}
