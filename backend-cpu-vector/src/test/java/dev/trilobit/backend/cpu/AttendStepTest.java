package dev.trilobit.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.trilobit.api.backend.CompileOptions;
import dev.trilobit.api.backend.CompileProgress;
import dev.trilobit.api.backend.CompiledProgram;
import dev.trilobit.api.backend.DecoderSession;
import dev.trilobit.api.backend.LogitRows;
import dev.trilobit.api.program.AttentionSpec;
import dev.trilobit.api.program.ProgramBuilder;
import dev.trilobit.api.program.WeightRef;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.WeightWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Attention over several pages with each form of the cache, beside softmax in double precision over
 * keys and values that a few lines here round as the form says.
 */
class AttendStepTest implements AtEachWidth {
    private static final double UNIT = 0x1p-24;

    /** More than two pages, and no multiple of a tile. */
    private static final int POSITIONS = 2 * KvLayout.PAGE + 77;

    private static final int VOCABULARY = 83;

    /** Large enough to overflow a product; token {@link #HUGE} has such keys. */
    private static final float HUGE_VALUE = 3e38f;

    private static final int HUGE = VOCABULARY - 1;
    private final Random random = new Random(23);

    private record Model(
            AttentionSpec spec, List<float[]> queries, List<float[]> keys, List<float[]> values) {}

    private Model model(int heads, int kvHeads, int headDim) {
        var spec = new AttentionSpec(heads, kvHeads, headDim, (float) (1 / Math.sqrt(headDim)));
        List<float[]> keys = table(spec.kvWidth());
        Arrays.fill(keys.get(HUGE), HUGE_VALUE);
        return new Model(spec, table(spec.queryWidth()), keys, table(spec.kvWidth()));
    }

    private List<float[]> table(int width) {
        float[][] rows = new float[VOCABULARY][width];
        for (float[] row : rows) {
            // Heads of very different size, as each has a scale of its own.
            float size = (float) Math.exp(2 * random.nextGaussian());
            for (int i = 0; i < width; i++) {
                row[i] = (float) (size * random.nextGaussian());
            }
        }
        return List.of(rows);
    }

    private static CompiledProgram compile(Model model, KvType kv, int threads, int step) {
        return compile(model, kv, threads, step, POSITIONS);
    }

    private static CompiledProgram compile(
            Model model, KvType kv, int threads, int step, int context) {
        var weights = new TestWeights();
        var builder = new ProgramBuilder(VOCABULARY);
        builder.attend(
                builder.embed(add(weights, "q", model.queries())),
                builder.embed(add(weights, "k", model.keys())),
                builder.embed(add(weights, "v", model.values())),
                model.spec());
        var options =
                new CompileOptions(
                        context,
                        step,
                        Map.of("threads", Integer.toString(threads), "kv", kv.label()),
                        CompileProgress.NONE);
        return new CpuVectorBackend().compile(builder.build(), weights, options);
    }

    private static WeightRef add(TestWeights weights, String name, List<float[]> rows) {
        var shape = new MatrixShape(rows.size(), rows.getFirst().length);
        var writer = new WeightWriter(name, shape, new Dense(FloatType.F32), Arena.ofAuto());
        for (int r = 0; r < shape.rows(); r++) {
            for (int c = 0; c < shape.cols(); c++) {
                writer.setValue(r, c, rows.get(r)[c]);
            }
        }
        weights.put(writer.weight());
        return new WeightRef(name, shape, new Dense(FloatType.F32));
    }

    private int[] tokens() {
        return tokens(POSITIONS);
    }

    private int[] tokens(int count) {
        return random.ints(count, 0, HUGE).toArray();
    }

    private static float[][] run(CompiledProgram program, int[] tokens, int step) {
        try (DecoderSession session = program.newSession()) {
            return run(session, tokens, step);
        }
    }

    private static float[][] run(DecoderSession session, int[] tokens, int step) {
        float[][] rows = new float[tokens.length][];
        for (int from = 0; from < tokens.length; from += step) {
            int to = Math.min(from + step, tokens.length);
            float[] all =
                    session.forward(Arrays.copyOfRange(tokens, from, to), LogitRows.ALL)
                            .toArray(ValueLayout.JAVA_FLOAT);
            int width = all.length / (to - from);
            for (int t = from; t < to; t++) {
                rows[t] = Arrays.copyOfRange(all, (t - from) * width, (t - from + 1) * width);
            }
        }
        return rows;
    }

    static Stream<Arguments> shapes() {
        int[][] shapes = {
            {1, 1, 1}, {4, 2, 6}, {6, 2, 64}, {5, 1, 33}, {3, 3, 17}, {7, 1, 16}, {8, 2, 128}
        };
        return Arrays.stream(KvType.values())
                .flatMap(kv -> Arrays.stream(shapes).map(s -> Arguments.of(kv, s[0], s[1], s[2])));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void attendsOverWhatTheCacheKeeps(KvType kv, int heads, int kvHeads, int headDim) {
        Model model = model(heads, kvHeads, headDim);
        int[] tokens = tokens();
        try (CompiledProgram program = compile(model, kv, 2, 40)) {
            float[][] rows = run(program, tokens, 40);
            for (int p : List.of(0, 1, 30, 31, 32, 33, 254, 255, 256, 257, 511, 512, 588)) {
                check(model, kv, Arrays.copyOf(tokens, p + 1), rows[p]);
            }
        }
    }

    private static void check(Model model, KvType kv, int[] tokens, float[] actual) {
        AttentionSpec spec = model.spec();
        int dim = spec.headDim();
        int last = tokens.length - 1;
        for (int h = 0; h < spec.heads(); h++) {
            int from = h / (spec.heads() / spec.kvHeads()) * dim;
            double[] scores = new double[tokens.length];
            double most = Double.NEGATIVE_INFINITY;
            double size = 0;
            for (int p = 0; p <= last; p++) {
                double[] key = kept(kv, model.keys().get(tokens[p]), from, dim);
                double magnitude = 0;
                for (int d = 0; d < dim; d++) {
                    double product = spec.scale() * model.queries().get(tokens[last])[h * dim + d];
                    scores[p] += product * key[d];
                    magnitude += Math.abs(product * key[d]);
                }
                most = Math.max(most, scores[p]);
                size = Math.max(size, magnitude);
            }
            double total = 0;
            for (double score : scores) {
                total += Math.exp(score - most);
            }
            double[] expected = new double[dim];
            double[] magnitude = new double[dim];
            for (int p = 0; p <= last; p++) {
                double[] value = kept(kv, model.values().get(tokens[p]), from, dim);
                double weight = Math.exp(scores[p] - most) / total;
                // Scores, two exponentials, the joins of pages, and the sums of both.
                double roundings = 2 * (dim + 4) * size + 2 * last + 24 + (most - scores[p]);
                for (int d = 0; d < dim; d++) {
                    expected[d] += weight * value[d];
                    magnitude[d] += weight * Math.abs(value[d]) * roundings * UNIT;
                }
            }
            for (int d = 0; d < dim; d++) {
                assertEquals(
                        expected[d],
                        actual[h * dim + d],
                        magnitude[d] + 1e-30,
                        "position %d, head %d, element %d".formatted(last, h, d));
            }
        }
    }

    /** What a form keeps of the numbers of a head, by its definition. */
    private static double[] kept(KvType kv, float[] x, int from, int dim) {
        double most = 0;
        for (int d = 0; d < dim; d++) {
            most = Math.max(most, Math.abs(x[from + d]));
        }
        double[] kept = new double[dim];
        for (int d = 0; d < dim; d++) {
            kept[d] =
                    switch (kv) {
                        case F32 -> x[from + d];
                        case F16 -> {
                            double scale = Math.scalb(1.0, Math.getExponent(most) - 14);
                            float code = (float) (x[from + d] / scale);
                            yield Float.float16ToFloat(Float.floatToFloat16(code)) * scale;
                        }
                        case INT8 -> {
                            float scale = (float) most / 127;
                            // One multiplication in f32 decides which way a tie falls.
                            yield Math.rint(x[from + d] * (1 / scale)) * scale;
                        }
                    };
        }
        return kept;
    }

    @ParameterizedTest
    @EnumSource
    void everyStepSizeAndThreadCountGivesTheSameBits(KvType kv) {
        Model model = model(6, 2, 24);
        int[] tokens = tokens();
        float[][] single;
        try (CompiledProgram program = compile(model, kv, 1, 1)) {
            single = run(program, tokens, 1);
        }
        for (int threads : new int[] {1, 3}) {
            for (int step : new int[] {3, 8, 9, POSITIONS}) {
                try (CompiledProgram program = compile(model, kv, threads, step)) {
                    float[][] rows = run(program, tokens, step);
                    for (int p = 0; p < POSITIONS; p++) {
                        String what =
                                "%d threads, steps of %d, position %d".formatted(threads, step, p);
                        assertArrayEquals(single[p], rows[p], what);
                    }
                }
            }
        }
    }

    /** From 2^86 on a value in f16 times its scale and unit would overflow. */
    @ParameterizedTest
    @EnumSource
    void valuesNearTheEndOfTheRangeStayFinite(KvType kv) {
        Model model = model(4, 2, 6);
        int[] exponents = {0, 85, 86, 87, 100, 120};
        for (int token = 0; token < HUGE; token++) {
            float[] value = model.values().get(token);
            float size = Math.scalb(1f, exponents[token % exponents.length]);
            for (int i = 0; i < value.length; i++) {
                value[i] = size * random.nextFloat(0.5f, 1);
            }
        }
        int[] tokens = tokens();
        for (int p = 0; p < KvLayout.PAGE; p++) {
            // Small ones in the first page, all sizes in those after it.
            tokens[p] = 0;
        }
        try (CompiledProgram program = compile(model, kv, 2, 40)) {
            float[][] rows = run(program, tokens, 40);
            for (int p : List.of(0, 1, 255, 256, 257, 258, 259, 260, 300, 511, 512, 588)) {
                check(model, kv, Arrays.copyOf(tokens, p + 1), rows[p]);
            }
        }
        try (CompiledProgram program = compile(model, kv, 1, 1)) {
            for (int token = 1; token <= exponents.length; token++) {
                check(model, kv, new int[] {token}, run(program, new int[] {token}, 1)[0]);
            }
        }
    }

    /** With as many heads the rows of six tokens have room for three pages. */
    @Test
    void contextsOfMorePagesThanThereIsRoomForGiveTheSameBits() {
        Model model = model(192, 2, 4);
        int[] tokens = tokens(5 * KvLayout.PAGE + 9);
        try (CompiledProgram byToken = compile(model, KvType.F32, 2, 64, tokens.length);
                CompiledProgram byPage = compile(model, KvType.F32, 3, 6, tokens.length)) {
            float[][] expected = run(byToken, tokens, 64);
            float[][] rows = run(byPage, tokens, 6);
            for (int p = 0; p < tokens.length; p++) {
                assertArrayEquals(expected[p], rows[p], "position " + p);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void theLargestContextBeginsLikeAnyOther(KvType kv) {
        Model model = model(4, 2, 6);
        int[] tokens = tokens(KvLayout.PAGE + 3);
        try (CompiledProgram usual = compile(model, kv, 1, 40);
                CompiledProgram endless = compile(model, kv, 2, 40, Integer.MAX_VALUE)) {
            float[][] expected = run(usual, tokens, 40);
            float[][] rows = run(endless, tokens, 40);
            for (int p = 0; p < tokens.length; p++) {
                assertArrayEquals(expected[p], rows[p], "position " + p);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatWasCutOffLeavesNoTrace(KvType kv) {
        Model model = model(5, 1, 19);
        int[] tokens = tokens();
        int[] huge = new int[50];
        Arrays.fill(huge, HUGE);
        try (CompiledProgram program = compile(model, kv, 2, 64);
                DecoderSession session = program.newSession()) {
            float[][] expected = run(program, tokens, 64);
            int[] beginning = Arrays.copyOf(tokens, 300);
            run(session, beginning, 64);
            run(session, huge, 50);
            session.truncate(beginning.length);
            int[] rest = Arrays.copyOfRange(tokens, beginning.length, POSITIONS);
            float[][] rows = run(session, rest, 7);
            for (int p = 0; p < rest.length; p++) {
                assertArrayEquals(expected[beginning.length + p], rows[p]);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void forkedSessionsGoOnAlike(KvType kv) {
        Model model = model(4, 2, 20);
        int[] tokens = tokens();
        try (CompiledProgram program = compile(model, kv, 2, 64);
                DecoderSession session = program.newSession()) {
            float[][] expected = run(program, tokens, 64);
            int[] beginning = Arrays.copyOf(tokens, 270);
            int[] rest = Arrays.copyOfRange(tokens, beginning.length, POSITIONS);
            run(session, beginning, 64);
            try (DecoderSession fork = session.fork()) {
                float[][] rows = run(fork, rest, 64);
                for (int p = 0; p < rest.length; p++) {
                    assertArrayEquals(expected[beginning.length + p], rows[p]);
                }
            }
        }
    }
}
