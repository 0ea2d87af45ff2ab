package dev.trilobit.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.trilobit.api.backend.CompileOptions;
import dev.trilobit.api.backend.DecoderSession;
import dev.trilobit.api.backend.LogitRows;
import dev.trilobit.api.program.AttentionSpec;
import dev.trilobit.api.program.GateActivation;
import dev.trilobit.api.program.ProgramBuilder;
import dev.trilobit.api.program.RopeScaling;
import dev.trilobit.api.program.RopeSpec;
import dev.trilobit.api.program.WeightRef;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.ReferenceCodec;
import dev.trilobit.api.quant.WeightFormat;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each step that is no matrix product, beside a scalar twin in double precision. */
class StepsTest {
    /** Rounding of a handful of float operations, relative to the result. */
    private static final double FEW_ROUNDINGS = 8 * Math.ulp(1f);

    private static final int TOKENS = 3;
    private final Random random = new Random(5);

    private float[] randomFloats(int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) (2 * random.nextGaussian());
        }
        return values;
    }

    private static StepTokens tokens(int position) {
        var tokens = new StepTokens();
        tokens.begin(new int[TOKENS], position);
        return tokens;
    }

    private static void assertClose(double expected, float actual, double relative, String what) {
        assertEquals(expected, actual, relative * Math.max(1e-3, Math.abs(expected)), what);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "7, 1", "16, 1", "17, 1", "64, 6", "100, 3", "640, 1"})
    void normDividesByTheRootMeanSquare(int run, int runs) {
        int width = run * runs;
        float[] in = randomFloats(TOKENS * width);
        float[] gain = randomFloats(run);
        float[] out = new float[in.length];
        new NormStep(tokens(0), in, out, width, gain, 1e-5f).run();
        for (int r = 0; r < TOKENS * runs; r++) {
            double squares = 0;
            for (int i = 0; i < run; i++) {
                squares += (double) in[r * run + i] * in[r * run + i];
            }
            double factor = 1 / Math.sqrt(squares / run + 1e-5f);
            for (int i = 0; i < run; i++) {
                double expected = in[r * run + i] * factor * gain[i];
                assertClose(expected, out[r * run + i], FEW_ROUNDINGS, "run " + r + " at " + i);
            }
        }
    }

    @Test
    void normOfSquaresBeyondTheFloatRangeIsNotANumber() {
        float[] in = new float[TOKENS * 5];
        in[7] = 1e20f;
        float[] out = new float[in.length];
        new NormStep(tokens(0), in, out, 5, new float[] {1, 1, 1, 1, 1}, 1e-5f).run();
        assertEquals(0f, out[0]);
        assertEquals(Float.NaN, out[7]);
        assertEquals(0f, out[14]);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 6, 32, 64, 100, 128})
    void ropeTurnsTheHalvesAgainstEachOther(int headDim) {
        int heads = 3;
        int position = 41;
        var spec = new RopeSpec(headDim, 10_000, new RopeScaling.Linear(2));
        float[] in = randomFloats(TOKENS * heads * headDim);
        float[] out = new float[in.length];
        new RopeStep(tokens(position), in, out, heads, new RopeTable(spec, 64)).run();
        for (int t = 0; t < TOKENS; t++) {
            for (int h = 0; h < heads; h++) {
                for (int i = 0; i < headDim / 2; i++) {
                    double angle = (position + t) * Math.pow(10_000, -2.0 * i / headDim) / 2;
                    int at = (t * heads + h) * headDim + i;
                    double first = in[at];
                    double second = in[at + headDim / 2];
                    double bound = FEW_ROUNDINGS * (Math.abs(first) + Math.abs(second));
                    assertEquals(
                            first * Math.cos(angle) - second * Math.sin(angle), out[at], bound);
                    assertEquals(
                            second * Math.cos(angle) + first * Math.sin(angle),
                            out[at + headDim / 2],
                            bound);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 15, 16, 17, 77, 640})
    void siluGatesSmoothly(int width) {
        float[] gate = randomFloats(TOKENS * width);
        gate[0] = -200;
        float[] up = randomFloats(TOKENS * width);
        float[] out = new float[gate.length];
        new GateStep(tokens(0), gate, up, out, width, GateActivation.SILU).run();
        for (int i = 0; i < out.length; i++) {
            double expected = gate[i] / (1 + Math.exp(-gate[i])) * up[i];
            assertClose(expected, out[i], FEW_ROUNDINGS, "element " + i);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 15, 16, 17, 77, 640})
    void reluSquaredGatesExactly(int width) {
        float[] gate = randomFloats(TOKENS * width);
        float[] up = randomFloats(TOKENS * width);
        float[] out = new float[gate.length];
        new GateStep(tokens(0), gate, up, out, width, GateActivation.RELU_SQUARED).run();
        for (int i = 0; i < out.length; i++) {
            float positive = Math.max(gate[i], 0);
            assertEquals(positive * positive * up[i], out[i]);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 16, 33, 640})
    void addAddsExactly(int width) {
        float[] left = randomFloats(TOKENS * width);
        float[] right = randomFloats(TOKENS * width);
        float[] out = new float[left.length];
        new AddStep(tokens(0), left, right, out, width).run();
        for (int i = 0; i < out.length; i++) {
            assertEquals(left[i] + right[i], out[i]);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 2", "4, 2, 6", "6, 2, 64", "5, 1, 100", "8, 8, 17", "4, 1, 128"})
    void attentionIsTheSoftmaxOverEarlierPositions(int heads, int kvHeads, int headDim) {
        var spec = new AttentionSpec(heads, kvHeads, headDim, (float) (1 / Math.sqrt(headDim)));
        int vocabulary = 150;
        var weights = new TestWeights();
        var builder = new ProgramBuilder(vocabulary);
        WeightRef q = table(weights, "q", vocabulary, spec.queryWidth());
        WeightRef k = table(weights, "k", vocabulary, spec.kvWidth());
        WeightRef v = table(weights, "v", vocabulary, spec.kvWidth());
        builder.attend(builder.embed(q), builder.embed(k), builder.embed(v), spec);
        var program =
                new CpuVectorBackend()
                        .compile(builder.build(), weights, CompileOptions.forContext(vocabulary));
        try (program;
                DecoderSession session = program.newSession()) {
            // Token ids are positions, so row p of the tables belongs to position p.
            for (int p = 0; p < vocabulary; p++) {
                float[] out =
                        session.forward(new int[] {p}, LogitRows.LAST)
                                .toArray(ValueLayout.JAVA_FLOAT);
                if (p % 13 == 0 || p > 140) {
                    checkAttention(weights, spec, p, out);
                }
            }
        }
    }

    private WeightRef table(TestWeights weights, String name, int rows, int cols) {
        var shape = new MatrixShape(rows, cols);
        WeightFormat format = new Dense(FloatType.F32);
        weights.put(TinyDecoder.random(name, shape, format, random));
        return new WeightRef(name, shape, format);
    }

    private static void checkAttention(
            TestWeights weights, AttentionSpec spec, int position, float[] out) {
        for (int h = 0; h < spec.heads(); h++) {
            int kv = h / (spec.heads() / spec.kvHeads()) * spec.headDim();
            double[] score = new double[position + 1];
            double total = 0;
            for (int p = 0; p <= position; p++) {
                for (int d = 0; d < spec.headDim(); d++) {
                    score[p] +=
                            ReferenceCodec.decode(
                                            weights.weight("q"), position, h * spec.headDim() + d)
                                    * ReferenceCodec.decode(weights.weight("k"), p, kv + d);
                }
                score[p] = Math.exp(score[p] * spec.scale());
                total += score[p];
            }
            for (int d = 0; d < spec.headDim(); d++) {
                double expected = 0;
                double magnitude = 0;
                for (int p = 0; p <= position; p++) {
                    double term =
                            score[p]
                                    / total
                                    * ReferenceCodec.decode(weights.weight("v"), p, kv + d);
                    expected += term;
                    magnitude += Math.abs(term);
                }
                // A score is a sum of headDim products; its error scales the weight it becomes.
                double bound = (position + 4 * spec.headDim() + 16) * Math.ulp(1f) * magnitude;
                assertEquals(expected, out[h * spec.headDim() + d], bound, "head " + h + " " + d);
            }
        }
    }

    @Test
    void lastRowOfAProgramWithoutAttentionIsTheLastToken() {
        var weights = new TestWeights();
        var builder = new ProgramBuilder(9);
        builder.embed(table(weights, "t", 9, 5));
        var program =
                new CpuVectorBackend()
                        .compile(builder.build(), weights, CompileOptions.forContext(8));
        try (program;
                DecoderSession session = program.newSession()) {
            float[] row =
                    session.forward(new int[] {2, 7, 4}, LogitRows.LAST)
                            .toArray(ValueLayout.JAVA_FLOAT);
            assertEquals(5, row.length);
            for (int i = 0; i < 5; i++) {
                assertEquals(ReferenceCodec.decode(weights.weight("t"), 4, i), row[i]);
            }
        }
    }
}
