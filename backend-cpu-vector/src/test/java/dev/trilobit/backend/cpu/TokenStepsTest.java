package dev.trilobit.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.trilobit.api.backend.CompileOptions;
import dev.trilobit.api.backend.CompileProgress;
import dev.trilobit.api.backend.DecoderSession;
import dev.trilobit.api.backend.LogitRows;
import dev.trilobit.api.program.GateActivation;
import dev.trilobit.api.program.Program;
import dev.trilobit.api.program.ProgramBuilder;
import dev.trilobit.api.program.Value;
import dev.trilobit.api.program.WeightRef;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.MatrixShape;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Threads that go through several steps, each with tokens of its own. */
class TokenStepsTest {
    private static final int VOCABULARY = 97;
    private static final int TOKENS = 400;
    private static final int WIDE = 384;
    private static final int NARROW = 128;

    private final TestWeights weights = new TestWeights();

    /** A wide value is no longer needed when a narrow one is made, which would fit its place. */
    private Program program() {
        var builder = new ProgramBuilder(VOCABULARY);
        Value wide = builder.embed(table("wide", WIDE));
        Value gone = builder.gate(wide, wide, GateActivation.SILU);
        builder.add(gone, wide);
        Value left = builder.embed(table("left", NARROW));
        Value right = builder.embed(table("right", NARROW));
        Value narrow = builder.gate(left, right, GateActivation.RELU_SQUARED);
        narrow = builder.add(narrow, left);
        builder.add(narrow, right);
        return builder.build();
    }

    private WeightRef table(String name, int width) {
        var shape = new MatrixShape(VOCABULARY, width);
        var format = new Dense(FloatType.F32);
        weights.put(TinyDecoder.random(name, shape, format, new Random(width)));
        return new WeightRef(name, shape, format);
    }

    @Test
    void valuesOfARunOfStepsNeverShareAPlace() {
        Program program = program();
        var options = CpuOptions.parse(Map.of());
        try (var packed = ProgramWeights.pack(program, weights, options, CompileProgress.NONE)) {
            var schedule = new Schedule(program, packed);
            var plan = new Plan(schedule, TOKENS);
            int pairs = 0;
            for (int i = 0; i < program.ops().size(); i++) {
                for (int j = i + 1; j < program.ops().size() && schedule.joinsNext(j - 1); j++) {
                    assertNotEquals(
                            plan.slot(program.ops().get(i).out()),
                            plan.slot(program.ops().get(j).out()));
                    pairs++;
                }
            }
            // Five values up to the last embedding, three after it.
            assertEquals(10 + 3, pairs);
        }
    }

    @Test
    void anyNumberOfThreadsGivesTheSameBits() {
        float[] alone = run(1);
        for (int round = 0; round < 20; round++) {
            assertArrayEquals(alone, run(4));
        }
    }

    private float[] run(int threads) {
        var options =
                new CompileOptions(
                        TOKENS,
                        TOKENS,
                        Map.of("threads", Integer.toString(threads)),
                        CompileProgress.NONE);
        int[] tokens = new Random(9).ints(TOKENS, 0, VOCABULARY).toArray();
        try (var program = new CpuVectorBackend().compile(program(), weights, options);
                DecoderSession session = program.newSession()) {
            return session.forward(tokens, LogitRows.ALL).toArray(ValueLayout.JAVA_FLOAT);
        }
    }
}
