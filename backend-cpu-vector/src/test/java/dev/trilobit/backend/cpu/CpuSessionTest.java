package dev.trilobit.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.api.backend.CompileOptions;
import dev.trilobit.api.backend.CompileProgress;
import dev.trilobit.api.backend.CompiledProgram;
import dev.trilobit.api.backend.DecoderSession;
import dev.trilobit.api.backend.LogitRows;
import dev.trilobit.api.program.ActivationQuant;
import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.Binary;
import dev.trilobit.api.quant.BlockType;
import dev.trilobit.api.quant.Blocks;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CpuSessionTest {
    private static final int[] TOKENS =
            new Random(11).ints(150, 0, TinyDecoder.VOCABULARY).toArray();

    /** More than two tiles of each kind. */
    private static final int STEP = 70;

    /** Whole quads and tiles, and one token more or less. */
    private static final int[] STEPS =
            IntStream.concat(IntStream.rangeClosed(2, 33), IntStream.of(64, STEP)).toArray();

    /** Which arithmetic the linear layers use. */
    enum Kind {
        TERNARY,
        BINARY,
        /** Whole numbers in groups. */
        BINARY_ROUNDED,
        AFFINE_4,
        DENSE_F16,
        Q4_K,
        /** Whole numbers, which the kernels take as floats. */
        Q6_K_ROUNDED;

        TinyDecoder decoder() {
            return switch (this) {
                case TERNARY -> TinyDecoder.ternary();
                case BINARY -> TinyDecoder.binary();
                case BINARY_ROUNDED ->
                        new TinyDecoder(
                                new Binary(32, Binary.Mode.AFFINE, FloatType.F16),
                                ActivationQuant.INT8_PER_GROUP);
                case AFFINE_4 ->
                        new TinyDecoder(new Affine(4, 32, FloatType.F16), ActivationQuant.NONE);
                case DENSE_F16 -> new TinyDecoder(new Dense(FloatType.F16), ActivationQuant.NONE);
                case Q4_K -> new TinyDecoder(new Blocks(BlockType.Q4_K), ActivationQuant.NONE);
                case Q6_K_ROUNDED ->
                        new TinyDecoder(new Blocks(BlockType.Q6_K), ActivationQuant.INT8_PER_GROUP);
            };
        }
    }

    private static CompiledProgram compile(TinyDecoder decoder, int threads) {
        var options =
                new CompileOptions(
                        TinyDecoder.CONTEXT,
                        STEP,
                        Map.of("threads", Integer.toString(threads)),
                        CompileProgress.NONE);
        return new CpuVectorBackend().compile(decoder.program(), decoder.weights(), options);
    }

    /** Logits of every position, one row a token, reached in steps of {@code step} tokens. */
    private static float[] logits(CompiledProgram program, int[] tokens, int step) {
        try (DecoderSession session = program.newSession()) {
            return logits(session, tokens, step);
        }
    }

    private static float[] logits(DecoderSession session, int[] tokens, int step) {
        float[] all = new float[tokens.length * TinyDecoder.VOCABULARY];
        for (int from = 0; from < tokens.length; from += step) {
            int to = Math.min(from + step, tokens.length);
            float[] rows =
                    session.forward(Arrays.copyOfRange(tokens, from, to), LogitRows.ALL)
                            .toArray(ValueLayout.JAVA_FLOAT);
            System.arraycopy(rows, 0, all, from * TinyDecoder.VOCABULARY, rows.length);
        }
        return all;
    }

    @ParameterizedTest
    @EnumSource
    void everyStepSizeGivesTheSameBits(Kind kind) {
        try (CompiledProgram program = compile(kind.decoder(), 2)) {
            float[] oneByOne = logits(program, TOKENS, 1);
            for (int step : STEPS) {
                int[] two = Arrays.copyOf(TOKENS, 2 * step);
                assertArrayEquals(
                        Arrays.copyOf(oneByOne, two.length * TinyDecoder.VOCABULARY),
                        logits(program, two, step),
                        "steps of " + step);
            }
            assertTrue(program.exactVerify());
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyThreadCountGivesTheSameBits(Kind kind) {
        float[] single;
        try (CompiledProgram program = compile(kind.decoder(), 1)) {
            single = logits(program, TOKENS, STEP);
        }
        for (int threads : new int[] {2, 3, 5, 9}) {
            try (CompiledProgram program = compile(kind.decoder(), threads)) {
                assertArrayEquals(single, logits(program, TOKENS, STEP), threads + " threads");
                assertTrue(sharedPieces(program) > TOKENS.length / STEP, "work was shared");
            }
        }
    }

    private static int sharedPieces(CompiledProgram program) {
        return ((CpuCompiledProgram) program).pool().sharedPieces();
    }

    @ParameterizedTest
    @EnumSource
    void lastRowEqualsLastOfAllRows(Kind kind) {
        try (CompiledProgram program = compile(kind.decoder(), 2);
                DecoderSession last = program.newSession();
                DecoderSession all = program.newSession()) {
            int[] tokens = Arrays.copyOf(TOKENS, STEP);
            float[] one = last.forward(tokens, LogitRows.LAST).toArray(ValueLayout.JAVA_FLOAT);
            float[] rows = all.forward(tokens, LogitRows.ALL).toArray(ValueLayout.JAVA_FLOAT);
            assertEquals(TinyDecoder.VOCABULARY, one.length);
            assertArrayEquals(
                    Arrays.copyOfRange(rows, (STEP - 1) * TinyDecoder.VOCABULARY, rows.length),
                    one);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 63, 64, 65, 100})
    void truncateThenForwardEqualsFreshSession(int kept) {
        try (CompiledProgram program = compile(TinyDecoder.ternary(), 2);
                DecoderSession session = program.newSession();
                DecoderSession fresh = program.newSession()) {
            logits(session, TOKENS, STEP);
            session.truncate(kept);
            assertEquals(kept, session.position());
            int[] kept1 = Arrays.copyOf(TOKENS, kept);
            if (kept > 0) {
                logits(fresh, kept1, STEP);
            }
            int[] other = {5, 6, 7};
            assertArrayEquals(logits(fresh, other, 3), logits(session, other, 3));
        }
    }

    @Test
    void forkIsIndependentOfItsOrigin() {
        try (CompiledProgram program = compile(TinyDecoder.ternary(), 2);
                DecoderSession origin = program.newSession()) {
            int[] prefix = Arrays.copyOf(TOKENS, 70);
            logits(origin, prefix, STEP);
            try (DecoderSession fork = origin.fork()) {
                assertEquals(70, fork.position());
                float[] forked = logits(fork, new int[] {1, 2, 3}, 3);
                float[] other = logits(origin, new int[] {9, 8, 7}, 3);
                fork.truncate(70);
                assertArrayEquals(other, logits(fork, new int[] {9, 8, 7}, 3));
                origin.truncate(70);
                assertArrayEquals(forked, logits(origin, new int[] {1, 2, 3}, 3));
            }
        }
    }

    @Test
    void sessionsOfOneProgramRunAtOnce() throws Exception {
        try (CompiledProgram program = compile(TinyDecoder.ternary(), 3);
                var threads = Executors.newFixedThreadPool(4)) {
            float[] alone = logits(program, TOKENS, STEP);
            var tasks = new ArrayList<Callable<float[]>>();
            for (int i = 0; i < 8; i++) {
                int step = 1 + i % 4;
                tasks.add(() -> logits(program, TOKENS, step));
            }
            for (var result : threads.invokeAll(tasks)) {
                assertArrayEquals(alone, result.get());
            }
        }
    }

    @Test
    void contextFillsUpExactlyAndThenRefuses() {
        try (CompiledProgram program = compile(TinyDecoder.ternary(), 1);
                DecoderSession session = program.newSession()) {
            for (int i = 0; i < TinyDecoder.CONTEXT / STEP; i++) {
                session.forward(Arrays.copyOf(TOKENS, STEP), LogitRows.LAST);
            }
            assertEquals(TinyDecoder.CONTEXT, session.position());
            var full =
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> session.forward(new int[] {1}, LogitRows.LAST));
            assertEquals("1 tokens at position 210 do not fit a context of 210", full.getMessage());
            assertEquals(TinyDecoder.CONTEXT, session.position());
        }
    }

    @Test
    void wrongTokensAreRefusedAndChangeNothing() {
        try (CompiledProgram program = compile(TinyDecoder.ternary(), 1);
                DecoderSession session = program.newSession()) {
            session.forward(new int[] {3}, LogitRows.LAST);
            for (int[] wrong :
                    List.of(
                            new int[0],
                            new int[STEP + 1],
                            new int[] {1, -1},
                            new int[] {TinyDecoder.VOCABULARY})) {
                assertThrows(
                        IllegalArgumentException.class,
                        () -> session.forward(wrong, LogitRows.LAST),
                        Arrays.toString(wrong));
            }
            assertEquals(1, session.position());
            assertThrows(IllegalArgumentException.class, () -> session.truncate(2));
            assertThrows(IllegalArgumentException.class, () -> session.truncate(-1));
        }
    }

    @Test
    void closedThingsRefuseToWork() {
        CompiledProgram program = compile(TinyDecoder.ternary(), 2);
        DecoderSession session = program.newSession();
        var open = assertThrows(IllegalStateException.class, program::close);
        assertEquals("cpu-vector: 1 sessions are still open", open.getMessage());
        session.close();
        session.close();
        assertThrows(
                IllegalStateException.class, () -> session.forward(new int[] {1}, LogitRows.LAST));
        assertThrows(IllegalStateException.class, () -> session.truncate(0));
        assertThrows(IllegalStateException.class, session::fork);
        program.close();
        program.close();
        assertThrows(IllegalStateException.class, program::newSession);
    }

    @Test
    void greedyFollowsTheLargestLogit() {
        try (CompiledProgram program = compile(TinyDecoder.ternary(), 1);
                DecoderSession greedy = program.newSession();
                DecoderSession byHand = program.newSession()) {
            var tokens = new ArrayList<Integer>();
            assertEquals(20, greedy.greedy(4, 20, tokens::add));
            int next = 4;
            for (int token : tokens) {
                float[] row =
                        byHand.forward(new int[] {next}, LogitRows.LAST)
                                .toArray(ValueLayout.JAVA_FLOAT);
                next = 0;
                for (int i = 1; i < row.length; i++) {
                    next = row[i] > row[next] ? i : next;
                }
                assertEquals(next, token);
            }
            assertEquals(20, greedy.position());
        }
    }
}
