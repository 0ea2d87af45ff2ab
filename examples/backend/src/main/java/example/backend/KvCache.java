package example.backend;

import dev.trilobit.api.program.AttentionSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * Keys and values of one attention, a row a position, and the attention over them. A row is never
 * written again once it is here, so that sessions can share rows.
 */
final class KvCache {
    private final AttentionSpec spec;
    private final List<float[]> keys = new ArrayList<>();
    private final List<float[]> values = new ArrayList<>();

    KvCache(AttentionSpec spec) {
        this.spec = spec;
    }

    /** Adds the rows of the next position. */
    void append(float[] key, float[] value) {
        keys.add(key);
        values.add(value);
    }

    void truncate(int position) {
        keys.subList(position, keys.size()).clear();
        values.subList(position, values.size()).clear();
    }

    /** Adds the rows of another cache. */
    void copyFrom(KvCache other) {
        keys.addAll(other.keys);
        values.addAll(other.values);
    }

    /** Attends from the last position to all positions up to it. */
    float[] attend(float[] queries) {
        var out = new float[spec.queryWidth()];
        int queriesAKey = spec.heads() / spec.kvHeads();
        for (int head = 0; head < spec.heads(); head++) {
            int queryStart = head * spec.headDim();
            int kvStart = head / queriesAKey * spec.headDim();
            double[] mixed = mix(shares(queries, queryStart, kvStart), kvStart);
            for (int i = 0; i < mixed.length; i++) {
                out[queryStart + i] = (float) mixed[i];
            }
        }
        return out;
    }

    /** The values of one head, each by its share. */
    private double[] mix(double[] shares, int kvStart) {
        var mixed = new double[spec.headDim()];
        for (int past = 0; past < shares.length; past++) {
            float[] value = values.get(past);
            for (int i = 0; i < mixed.length; i++) {
                mixed[i] += shares[past] * value[kvStart + i];
            }
        }
        return mixed;
    }

    /** The softmax of one head's scores; the largest is taken off so that none overflows. */
    private double[] shares(float[] queries, int queryStart, int kvStart) {
        var query = new double[spec.headDim()];
        for (int i = 0; i < query.length; i++) {
            query[i] = queries[queryStart + i];
        }
        var shares = new double[keys.size()];
        double largest = Double.NEGATIVE_INFINITY;
        for (int past = 0; past < shares.length; past++) {
            double score = DotProduct.of(keys.get(past), kvStart, query, 0, query.length);
            shares[past] = spec.scale() * score;
            largest = Math.max(largest, shares[past]);
        }
        double sum = 0;
        for (int past = 0; past < shares.length; past++) {
            shares[past] = Math.exp(shares[past] - largest);
            sum += shares[past];
        }
        for (int past = 0; past < shares.length; past++) {
            shares[past] /= sum;
        }
        return shares;
    }
}
