package dev.trilobit.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.api.backend.CompileProgress;
import dev.trilobit.api.program.ProgramBuilder;
import dev.trilobit.api.program.WeightRef;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.MatrixShape;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * How tokens, matrices and their blocks are shared among threads, with matrices that only count.
 */
class LinearStepTest {
    private static final int MOST_TOKENS = 70;

    /** So wide that many tokens are loaded by several threads. */
    private static final int WIDTH = 64;

    private final Arena arena = Arena.ofShared();

    @AfterEach
    void closeArena() {
        arena.close();
    }

    private record CountingLayout(int tokens) implements TileLayout {
        @Override
        public ActivationTile newTile() {
            return new CountingTile();
        }
    }

    /** Knows which tokens it was given. */
    private static final class CountingTile implements ActivationTile {
        private int first;
        private int tokens;

        @Override
        public void load(float[] x, int offset, int stride, int tokens) {
            assertEquals(WIDTH, stride);
            first = offset / WIDTH;
            this.tokens = tokens;
        }

        @Override
        public int tokens() {
            return tokens;
        }

        @Override
        public ActivationTile another() {
            return new CountingTile();
        }
    }

    /** Adds 1 to each result, and records how many blocks each call computes. */
    private record CountingMatrix(
            int rows,
            int rowsPerBlock,
            int blocksPerRun,
            long blockBytes,
            CountingLayout tileLayout,
            Queue<Integer> calls)
            implements PackedMatrix {
        @Override
        public long byteSize() {
            return blockBytes * Math.ceilDiv(rows, rowsPerBlock);
        }

        @Override
        public void multiply(
                ActivationTile x, int blockFrom, int blockTo, float[] y, int yOffset, int yStride) {
            CountingTile tile = (CountingTile) x;
            assertEquals(tile.first * rows, yOffset, "results of the tile's tokens");
            assertEquals(rows, yStride);
            calls.add(blockTo - blockFrom);
            for (int t = 0; t < tile.tokens; t++) {
                for (int r = blockFrom * rowsPerBlock;
                        r < Math.min(rows, blockTo * rowsPerBlock);
                        r++) {
                    y[yOffset + t * yStride + r]++;
                }
            }
        }
    }

    private SessionBuffers buffers(RowPool pool) {
        var shape = new MatrixShape(1, 1);
        var format = new Dense(FloatType.F32);
        var weights = new TestWeights();
        weights.put(TinyDecoder.random("table", shape, format, new Random(1)));
        var builder = new ProgramBuilder(1);
        builder.embed(new WeightRef("table", shape, format));
        var program = builder.build();
        try (var packed =
                ProgramWeights.pack(
                        program, weights, CpuOptions.parse(Map.of()), CompileProgress.NONE)) {
            var plan = new Plan(new Schedule(program, packed), MOST_TOKENS);
            return new SessionBuffers(plan, pool, KvType.F32, MOST_TOKENS, arena);
        }
    }

    private static void run(SessionBuffers buffers, List<CountingMatrix> matrices, int tokens) {
        var outs = new ArrayList<float[]>();
        for (CountingMatrix matrix : matrices) {
            outs.add(new float[tokens * matrix.rows()]);
        }
        var step =
                new LinearStep(
                        buffers, new float[tokens * WIDTH], WIDTH, List.copyOf(matrices), outs);
        buffers.tokens().begin(new int[tokens], 0);
        step.run();
        for (int i = 0; i < outs.size(); i++) {
            float[] ones = new float[outs.get(i).length];
            Arrays.fill(ones, 1);
            assertTrue(
                    Arrays.equals(ones, outs.get(i)),
                    "each result of matrix %d of %s is computed once for %d tokens by %d threads"
                            .formatted(i, matrices, tokens, buffers.pool().threads()));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 9})
    void eachRowOfEachTokenIsComputedOnce(int threads) {
        int[] rows = {4 * 54, 4 * 17 + 1, 3};
        try (var pool = new RowPool(threads)) {
            SessionBuffers buffers = buffers(pool);
            for (int tile : new int[] {8, 32}) {
                for (int blocksPerRun : new int[] {1, 5}) {
                    var matrices = new ArrayList<CountingMatrix>();
                    for (int count : rows) {
                        matrices.add(
                                new CountingMatrix(
                                        count,
                                        4,
                                        blocksPerRun,
                                        100_000,
                                        new CountingLayout(tile),
                                        new ConcurrentLinkedQueue<>()));
                        for (int tokens : new int[] {1, 2, 3, 4, 5, 8, 9, 31, 32, 33, 64, 65, 70}) {
                            run(buffers, matrices, tokens);
                        }
                    }
                }
            }
        }
    }

    /** Gate and up of a model of two billion ternary weights: blocks of 72,960 bytes, runs of 5. */
    @Test
    void chunksOfWholeRunsHoldHalfAMebibyte() {
        requireLongChunks(2, 2, 54, 5, 72_960);
        requireLongChunks(3, 2, 10, 5, 72_960);
    }

    @Test
    void chunksOfSingleBlocksHoldHalfAMebibyte() {
        requireLongChunks(1, 2, 256, 1, 60_000);
        requireLongChunks(1, 3, 100, 1, 131_072);
        requireLongChunks(2, 3, 77, 1, 200_000);
    }

    private void requireLongChunks(
            int count, int threads, int blocks, int blocksPerRun, long blockBytes) {
        try (var pool = new RowPool(threads)) {
            var calls = new ConcurrentLinkedQueue<Integer>();
            var matrices = new ArrayList<CountingMatrix>();
            for (int i = 0; i < count; i++) {
                matrices.add(
                        new CountingMatrix(
                                blocks, 1, blocksPerRun, blockBytes, new CountingLayout(8), calls));
            }
            run(buffers(pool), matrices, 1);
            long small =
                    calls.stream()
                            .filter(length -> length * blockBytes < PackedMatrix.LEAST_RUN_BYTES)
                            .count();
            // What is left at the end of a thread's range, and both sides of a matrix's end.
            int ends = threads + 2 * (count - 1);
            assertTrue(small <= ends, "%d small chunks: blocks of %s".formatted(small, calls));
            assertTrue(calls.size() >= threads, "work was shared: blocks of " + calls);
        }
    }
}
