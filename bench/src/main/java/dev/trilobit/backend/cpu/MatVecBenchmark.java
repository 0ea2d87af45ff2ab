package dev.trilobit.backend.cpu;

import java.lang.foreign.Arena;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One token times a matrix of 640 x 2560 that stays in the second-level cache, beside the scalar
 * twin. The kernels' time includes rounding the token and building its tables. Scores are weights a
 * nanosecond, that is Gweights/s; the secondary result {@code bytes} is GB/s of packed weights.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(MatVecBenchmark.ROWS * MatVecBenchmark.COLS)
@Fork(
        value = 1,
        jvmArgsAppend = {
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED"
        })
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public class MatVecBenchmark {
    /** Rows of the matrix. */
    static final int ROWS = 640;

    /** Columns of the matrix. */
    static final int COLS = 2560;

    /** A {@link MatVecCase} in lower case with dashes. */
    @Param({
        "ternary-int8",
        "ternary-g128",
        "binary-g128",
        "binary-affine-g128",
        "affine2-g128",
        "ternary-g128-int8",
        "binary-g128-int8",
        "binary-affine-g128-int8",
        "affine2-g128-int8",
        "f32",
        "bf16",
        "f16"
    })
    public String kernel;

    private Arena arena;
    private MatVecCase matVec;
    private PackedMatrix matrix;
    private ActivationTile tile;
    private float[] x;
    private float[] y;
    private int blocks;

    /** Counts what a kernel reads. */
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    @State(Scope.Thread)
    public static class Traffic {
        /** Bytes of packed weights read. */
        public long bytes;
    }

    /** Makes the matrix and a token. */
    @Setup
    public void pack() {
        arena = Arena.ofConfined();
        matVec = MatVecCase.of(kernel, ROWS, COLS, arena);
        matrix = PackedMatrices.pack(matVec.weight(), matVec.quant(), arena);
        tile = matrix.tileLayout().newTile();
        x = matVec.activations();
        y = new float[ROWS];
        blocks = Math.ceilDiv(ROWS, matrix.rowsPerBlock());
    }

    /** Frees the matrix. */
    @TearDown
    public void close() {
        arena.close();
    }

    /** Measures the kernel. */
    @Benchmark
    public float[] vector(Traffic traffic) {
        tile.load(x, 0, COLS, 1);
        matrix.multiply(tile, 0, blocks, y, 0, ROWS);
        traffic.bytes += matrix.byteSize() + matrix.mappedBytes();
        return y;
    }

    /** Measures the scalar twin. */
    @Benchmark
    public float[] scalar() {
        return matVec.scalar();
    }
}
