package dev.trilobit.conformance.mutant;

import java.util.Arrays;

/** Keys and values of one attention op, position after position. */
final class KeyValueCache {
    private final int width;
    private float[] keys = {};
    private float[] values = {};

    /** Holds nothing yet; a position has {@code width} elements each. */
    KeyValueCache(int width) {
        this.width = width;
    }

    /** Stores a position. */
    void store(int position, float[] memory, int keysAt, int valuesAt) {
        int start = position * width;
        if (start + width > keys.length) {
            int length = Math.max(2 * keys.length, start + width);
            keys = Arrays.copyOf(keys, length);
            values = Arrays.copyOf(values, length);
        }
        System.arraycopy(memory, keysAt, keys, start, width);
        System.arraycopy(memory, valuesAt, values, start, width);
    }

    /** Multiplies a head's key with a query; four sums, so that one need not wait for another. */
    float score(int position, int head, float[] memory, int query, int dim) {
        int key = position * width + head;
        float sum0 = 0;
        float sum1 = 0;
        float sum2 = 0;
        float sum3 = 0;
        int i = 0;
        for (; i + 4 <= dim; i += 4) {
            sum0 += memory[query + i] * keys[key + i];
            sum1 += memory[query + i + 1] * keys[key + i + 1];
            sum2 += memory[query + i + 2] * keys[key + i + 2];
            sum3 += memory[query + i + 3] * keys[key + i + 3];
        }
        for (; i < dim; i++) {
            sum0 += memory[query + i] * keys[key + i];
        }
        return (sum0 + sum1) + (sum2 + sum3);
    }

    /** Adds a share of a head's value to {@code memory} from {@code out} on. */
    void addValue(int position, int head, float share, float[] memory, int out, int dim) {
        int value = position * width + head;
        for (int i = 0; i < dim; i++) {
            memory[out + i] += share * values[value + i];
        }
    }

    KeyValueCache copy() {
        var copy = new KeyValueCache(width);
        copy.keys = keys.clone();
        copy.values = values.clone();
        return copy;
    }
}
