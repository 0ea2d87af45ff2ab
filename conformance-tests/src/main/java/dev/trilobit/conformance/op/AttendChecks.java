package dev.trilobit.conformance.op;

import dev.trilobit.api.program.AttentionSpec;
import dev.trilobit.conformance.contract.Check;
import dev.trilobit.conformance.contract.Trial;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Attention over one and many positions, with query heads that share keys or do not. */
final class AttendChecks {
    private static final int RANDOM_VECTORS = 10;

    /** What the extremes of queries are multiplied with: scores of a hundred and more. */
    private static final float SHARP = 40;

    /** Longer than a page of any cache, and not a multiple of one. */
    private static final int LONG = 611;

    private static final int MEDIUM = 67;

    private AttendChecks() {}

    static List<Check> checks() {
        var checks = new ArrayList<Check>();
        for (int headDim : List.of(22, 64, 80, 100, 128)) {
            checks.add(
                    new Check("attend, heads of " + headDim, trial -> eachRatio(trial, headDim)));
        }
        checks.add(new Check("attend, one position", AttendChecks::onePosition));
        checks.add(new Check("attend, hundreds of positions", AttendChecks::manyPositions));
        checks.add(new Check("attend, equal and sharp scores", AttendChecks::extremes));
        return checks;
    }

    private static void eachRatio(Trial trial, int headDim) {
        var comparison = new OpComparison(trial);
        compare(comparison, spec(3, 3, headDim), MEDIUM, Inputs.RANDOM);
        compare(comparison, spec(4, 2, headDim), MEDIUM, Inputs.RANDOM);
        compare(comparison, spec(8, 2, headDim), MEDIUM, Inputs.RANDOM);
        compare(comparison, spec(8, 1, headDim), MEDIUM, Inputs.RANDOM);
        comparison.finishAttention();
    }

    private static void onePosition(Trial trial) {
        var comparison = new OpComparison(trial);
        for (int headDim : List.of(1, 22, 64, 128)) {
            compare(comparison, spec(8, 2, headDim), 1, Inputs.RANDOM);
        }
        comparison.finishAttention();
    }

    private static void manyPositions(Trial trial) {
        var comparison = new OpComparison(trial);
        compare(comparison, spec(2, 1, 64), LONG, Inputs.RANDOM);
        comparison.finishAttention();
    }

    private static void extremes(Trial trial) {
        var comparison = new OpComparison(trial);
        compare(comparison, spec(4, 1, 22), MEDIUM, Inputs.EXTREME);
        compare(comparison, spec(4, 2, 64), MEDIUM, Inputs.EXTREME);
        compare(comparison, new AttentionSpec(2, 2, 100, 1), MEDIUM, Inputs.EXTREME);
        comparison.finishAttention();
    }

    private static AttentionSpec spec(int heads, int kvHeads, int headDim) {
        return new AttentionSpec(heads, kvHeads, headDim, (float) (1 / Math.sqrt(headDim)));
    }

    /** What is attended to. */
    private enum Inputs {
        /** Deviates of unit size. */
        RANDOM,
        /** Also zeros, which make equal scores, and queries that pick one position. */
        EXTREME;

        List<float[]> queries(int width, long seed) {
            return vectors(width, SHARP, seed);
        }

        List<float[]> keys(int width, long seed) {
            return vectors(width, 1, seed);
        }

        List<float[]> values(int width, long seed) {
            return vectors(width, 1e4f, seed);
        }

        private List<float[]> vectors(int width, float factor, long seed) {
            var vectors = new ArrayList<float[]>();
            var random = new Random(seed);
            for (int n = 0; n < RANDOM_VECTORS; n++) {
                vectors.add(normal(width, 1, random));
            }
            if (this == EXTREME) {
                vectors.add(new float[width]);
                vectors.add(normal(width, factor, random));
                vectors.add(normal(width, 1e-20f, random));
                float[] oneHot = new float[width];
                oneHot[width - 1] = factor;
                vectors.add(oneHot);
            }
            return vectors;
        }

        private static float[] normal(int width, float deviation, Random random) {
            var vector = new float[width];
            for (int i = 0; i < width; i++) {
                vector[i] = (float) (deviation * random.nextGaussian());
            }
            return vector;
        }
    }

    private static void compare(
            OpComparison comparison, AttentionSpec spec, int positions, Inputs kind) {
        long seed = 67L * spec.queryWidth() + spec.kvHeads();
        List<float[]> queries = kind.queries(spec.queryWidth(), seed);
        List<float[]> keys = kind.keys(spec.kvWidth(), seed + 1);
        List<float[]> values = kind.values(spec.kvWidth(), seed + 2);
        var op =
                new OneOp(
                        "%s, %d positions, seed %d".formatted(spec, positions, seed),
                        queries.size(),
                        List.of(queries, keys, values),
                        List.of(),
                        (builder, in) -> builder.attend(in.get(0), in.get(1), in.get(2), spec));
        int[] tokens = new Random(seed).ints(positions, 0, queries.size()).toArray();
        var bound =
                new AttentionBound(
                        spec,
                        queries,
                        keys,
                        values,
                        comparison.roundoff(),
                        comparison.cacheError());
        double[][] allowed = bound.of(tokens);
        comparison.compare(
                op,
                new Expected(
                        tokens,
                        op.oracle(tokens),
                        (position, i, _) -> allowed[position][i],
                        (_, _) -> kind == Inputs.RANDOM));
    }
}
