package dev.trilobit.conformance.op;

import dev.trilobit.api.program.AttentionSpec;
import java.util.List;

/**
 * How far the result of attention may be off. A score of d products is off by at most {@code delta
 * = (d + 3) u scale sum|q||k|}; its weight before the division by their sum by a factor of {@code
 * e^delta} and by the error of the exponential, which grows with its argument where it is computed
 * through {@code 2^(x log2 e)}; that sum by as much and its own n roundings; and the mixed values
 * by another n. To first order a weight is off by a factor {@code 2 delta + (2 n + c + |s - max|)
 * u}. Where keys and values are kept with an error e in units of the largest of their head, delta
 * grows by {@code e scale sum|q| max|k|}, and each value is off by {@code e max|v|}.
 */
final class AttentionBound {
    /** Of both exponentials (4 each), the inverse of their sum, and the products. */
    private static final int ROUNDINGS = 12;

    private static final int SCORE_ROUNDINGS = 3;

    private final AttentionSpec spec;
    private final List<float[]> queries;
    private final List<float[]> keys;
    private final List<float[]> values;
    private final double roundoff;
    private final double cacheError;

    AttentionBound(
            AttentionSpec spec,
            List<float[]> queries,
            List<float[]> keys,
            List<float[]> values,
            double roundoff,
            double cacheError) {
        this.spec = spec;
        this.queries = queries;
        this.keys = keys;
        this.values = values;
        this.roundoff = roundoff;
        this.cacheError = cacheError;
    }

    /** Returns the largest allowed errors of a sequence: [tokens][queryWidth]. */
    double[][] of(int[] tokens) {
        var allowed = new double[tokens.length][spec.queryWidth()];
        for (int t = 0; t < tokens.length; t++) {
            for (int head = 0; head < spec.heads(); head++) {
                head(tokens, t, head, allowed[t]);
            }
        }
        return allowed;
    }

    private void head(int[] tokens, int token, int head, double[] allowed) {
        int dim = spec.headDim();
        int q = head * dim;
        int kv = head / (spec.heads() / spec.kvHeads()) * dim;
        int n = token + 1;
        var scores = new double[n];
        double delta = 0;
        double most = Double.NEGATIVE_INFINITY;
        for (int past = 0; past < n; past++) {
            float[] query = queries.get(tokens[token]);
            float[] key = keys.get(tokens[past]);
            double size = 0;
            double length = 0;
            for (int i = 0; i < dim; i++) {
                double product = (double) query[q + i] * key[kv + i];
                scores[past] += spec.scale() * product;
                size += spec.scale() * Math.abs(product);
                length += spec.scale() * Math.abs((double) query[q + i]);
            }
            double kept = cacheError * length * largest(key, kv);
            delta = Math.max(delta, (dim + SCORE_ROUNDINGS) * roundoff * size + kept);
            most = Math.max(most, scores[past]);
        }
        double sum = 0;
        for (double score : scores) {
            sum += Math.exp(score - most);
        }
        for (int past = 0; past < n; past++) {
            double below = most - scores[past];
            double relative = 2 * delta + (2 * n + ROUNDINGS + below) * roundoff;
            // Weights below the normal numbers may be zero.
            double exact = Math.exp(-below) / sum;
            double weight = exact * Math.expm1(relative) + Float.MIN_NORMAL;
            float[] value = values.get(tokens[past]);
            double kept = (exact + weight) * cacheError * largest(value, kv);
            for (int i = 0; i < dim; i++) {
                allowed[q + i] +=
                        weight * Math.abs((double) value[kv + i]) + kept + Float.MIN_NORMAL;
            }
        }
    }

    private double largest(float[] x, int from) {
        double most = 0;
        for (int i = 0; i < spec.headDim(); i++) {
            most = Math.max(most, Math.abs(x[from + i]));
        }
        return most;
    }
}
