package dev.trilobit.backend.cpu;

import java.lang.foreign.Arena;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Steps of some tokens through matrices of 2560 x 2560 on one thread: one matrix, which stays in a
 * cache, or as many as no cache holds. Scores are the time of all matrices; the secondary results
 * are GB/s of packed weights and products a nanosecond.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED"
        })
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public class StepBenchmark {
    private static final int SIZE = 2560;

    /** A {@link MatVecCase}; more can be asked for by {@code -p kernel=...}. */
    @Param({
        "ternary-int8",
        "binary-g128",
        "binary-g128-int8",
        "affine4-g128",
        "affine8-g128",
        "q8_0",
        "q6_k",
        "q4_k",
        "q6_k-int8"
    })
    public String kernel;

    /** Tokens of a step. */
    @Param({"1", "2", "3", "4", "8", "32"})
    public int tokens;

    /** Ternary matrices take 1.46 MB each at 512 bits, none takes less than 0.8 MB. */
    @Param({"1", "64"})
    public int matrices;

    private Arena arena;
    private PackedMatrix[] packed;
    private ActivationTile tile;
    private float[] x;
    private float[] y;

    /** Counts what a step reads and multiplies. */
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    @State(Scope.Thread)
    public static class Work {
        /** Bytes of packed weights read. */
        public long bytes;

        /** Weights times tokens. */
        public long products;
    }

    /** Makes the matrices and the tokens. */
    @Setup
    public void pack() {
        arena = Arena.ofConfined();
        MatVecCase matVec = MatVecCase.of(kernel, SIZE, SIZE, arena);
        packed = new PackedMatrix[matrices];
        for (int i = 0; i < matrices; i++) {
            packed[i] = PackedMatrices.pack(matVec.weight(), matVec.quant(), arena);
        }
        tile = packed[0].tileLayout().newTile();
        x = new float[tokens * SIZE];
        for (int t = 0; t < tokens; t++) {
            System.arraycopy(matVec.activations(), 0, x, t * SIZE, SIZE);
        }
        y = new float[tokens * SIZE];
    }

    /** Frees the matrices. */
    @TearDown
    public void close() {
        arena.close();
    }

    /** Measures loading the tokens and multiplying them with every matrix. */
    @Benchmark
    public float[] step(Work work) {
        tile.load(x, 0, SIZE, tokens);
        for (PackedMatrix matrix : packed) {
            int blocks = Math.ceilDiv(SIZE, matrix.rowsPerBlock());
            matrix.multiply(tile, 0, blocks, y, 0, SIZE);
            work.bytes += matrix.byteSize() + matrix.mappedBytes();
            work.products += (long) tokens * SIZE * SIZE;
        }
        return y;
    }
}
