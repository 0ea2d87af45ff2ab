package dev.trilobit.backend.cpu;

import jdk.incubator.vector.FloatVector;

/**
 * What rows of attention know after some positions: the largest score, or a larger number, the
 * total of {@code e^(score - largest)} and the values summed up with those weights. Two of them
 * that follow each other make one (Milakov and Gimelshein, Online normalizer calculation for
 * softmax, 2018); always joined page by page in ascending order, so that the bits of a result
 * depend on its position alone.
 */
final class AttentionRows {
    private static final int LANES = Lanes.FLOATS.length();

    private final int dim;
    private float[] largest = new float[0];
    private float[] totals = new float[0];
    private float[] sums = new float[0];

    /**
     * Makes no rows.
     *
     * @param dim floats of a row's sum, a multiple of the lanes
     */
    AttentionRows(int dim) {
        this.dim = dim;
    }

    /** Makes room; what the rows held is lost if there was less. */
    void reserve(int rows) {
        if (largest.length < rows) {
            sums = new float[Math.multiplyExact(rows, dim)];
            largest = new float[rows];
            totals = new float[rows];
        }
    }

    /** Rows that there is room for. */
    int size() {
        return largest.length;
    }

    /** Weighted values of all rows, {@code dim} a row; filled by whoever begins the row. */
    float[] sums() {
        return sums;
    }

    /** Begins a row whose sum is in place. */
    void set(int row, float most, float total) {
        largest[row] = most;
        totals[row] = total;
    }

    /** Joins row {@code row} of {@code later} to row {@code into} of these. */
    void join(int into, AttentionRows later, int row) {
        float most = Math.max(largest[into], later.largest[row]);
        float here = VectorExp.exp(largest[into] - most);
        float there = VectorExp.exp(later.largest[row] - most);
        largest[into] = most;
        totals[into] = totals[into] * here + later.totals[row] * there;
        int at = into * dim;
        int from = row * dim;
        for (int d = 0; d < dim; d += LANES) {
            FloatVector.fromArray(Lanes.FLOATS, sums, at + d)
                    .mul(here)
                    .add(FloatVector.fromArray(Lanes.FLOATS, later.sums, from + d).mul(there))
                    .intoArray(sums, at + d);
        }
    }

    /** Writes the first {@code length} elements of a row's result, {@code unit} times the sum. */
    void finish(int row, float unit, float[] out, int at, int length) {
        float inverse = unit / totals[row];
        int from = row * dim;
        int d = 0;
        for (; d < Lanes.FLOATS.loopBound(length); d += LANES) {
            FloatVector.fromArray(Lanes.FLOATS, sums, from + d).mul(inverse).intoArray(out, at + d);
        }
        for (; d < length; d++) {
            out[at + d] = sums[from + d] * inverse;
        }
    }
}
