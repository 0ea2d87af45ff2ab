package dev.trilobit.conformance.mutant;

import java.util.Arrays;

/**
 * Decoded weights: element (r, c) is {@code unit(r, c) * scale(r, c / run)}. The units of ternary
 * weights are whole numbers, so that their sums with int8 activations are exact.
 */
final class Matrix {
    private final int rows;
    private final int cols;
    private final int run;

    /** Column after column, so that a loop over rows reads neighbours: [cols, rows]. */
    private final float[] units;

    /** [runs, rows]. */
    private final float[] scales;

    /** Makes units of 0 with scales of 1. */
    Matrix(int rows, int cols, int run) {
        this.rows = rows;
        this.cols = cols;
        this.run = run;
        this.units = new float[rows * cols];
        this.scales = new float[rows * Math.ceilDiv(cols, run)];
        Arrays.fill(scales, 1);
    }

    void setUnit(int row, int col, float value) {
        units[col * rows + row] = value;
    }

    float unit(int row, int col) {
        return units[col * rows + row];
    }

    void setScale(int row, int runNumber, float value) {
        scales[runNumber * rows + row] = value;
    }

    long byteSize() {
        return (long) Float.BYTES * (units.length + scales.length);
    }

    int rows() {
        return rows;
    }

    int cols() {
        return cols;
    }

    /** Columns that share a scale. */
    int run() {
        return run;
    }

    /** Copies a row to {@code out} from {@code at} on. */
    void copyRow(int row, float[] out, int at) {
        for (int c = 0; c < cols; c++) {
            out[at + c] = unit(row, c) * scales[c / run * rows + row];
        }
    }

    /**
     * Multiplies with several tokens. Every sum runs over the columns in their order, however many
     * tokens there are.
     *
     * @param x [tokens, cols] from {@code xAt} on
     * @param out [tokens, rows] from {@code outAt} on; overwritten
     */
    void multiply(int tokens, float[] x, int xAt, float[] out, int outAt, Faults faults) {
        multiply(tokens, x, xAt, new float[0], out, outAt, faults);
    }

    /**
     * Multiplies with tokens whose runs have factors of their own.
     *
     * @param factors of the sums of a run, [tokens, runs]; empty where all are 1
     */
    void multiply(
            int tokens,
            float[] x,
            int xAt,
            float[] factors,
            float[] out,
            int outAt,
            Faults faults) {
        boolean backwards = faults.has(Fault.PREFILL_SUMS_BACKWARDS) && tokens > 1;
        boolean cut = faults.has(Fault.ROW_TAIL_SKIPPED) && cols > 32;
        int used = cut ? cols - cols % 32 : cols;
        Arrays.fill(out, outAt, outAt + tokens * rows, 0);
        var sums = new float[tokens * rows];
        for (int first = 0; first < used; first += run) {
            int end = Math.min(first + run, used);
            Arrays.fill(sums, 0);
            if (backwards) {
                for (int col = end - 1; col >= first; col--) {
                    addColumns(col, col + 1, tokens, x, xAt, sums);
                }
            } else {
                addColumns(first, end, tokens, x, xAt, sums);
            }
            if (factors.length != 0) {
                scale(sums, factors, tokens, first / run, faults);
            }
            for (int t = 0; t < tokens; t++) {
                addRun(first / run, sums, t * rows, out, outAt + t * rows);
            }
        }
        if (faults.has(Fault.LAST_ROWS_SKIPPED) && rows > 8) {
            for (int t = 0; t < tokens; t++) {
                int end = outAt + (t + 1) * rows;
                Arrays.fill(out, end - rows % 8, end, 0);
            }
        }
    }

    /** Adds the products of some columns; four at once add up in the same order as one by one. */
    private void addColumns(int from, int to, int tokens, float[] x, int xAt, float[] sums) {
        int col = from;
        for (; col + 4 <= to; col += 4) {
            for (int t = 0; t < tokens; t++) {
                addFour(col, x, xAt + t * cols + col, sums, t * rows);
            }
        }
        for (; col < to; col++) {
            for (int t = 0; t < tokens; t++) {
                addOne(col, x[xAt + t * cols + col], sums, t * rows);
            }
        }
    }

    private void addFour(int col, float[] x, int xAt, float[] sums, int at) {
        float x0 = x[xAt];
        float x1 = x[xAt + 1];
        float x2 = x[xAt + 2];
        float x3 = x[xAt + 3];
        int c0 = col * rows;
        int c1 = c0 + rows;
        int c2 = c1 + rows;
        int c3 = c2 + rows;
        for (int r = 0; r < rows; r++) {
            float sum = sums[at + r] + units[c0 + r] * x0;
            sum += units[c1 + r] * x1;
            sum += units[c2 + r] * x2;
            sums[at + r] = sum + units[c3 + r] * x3;
        }
    }

    private void addOne(int col, float x, float[] sums, int at) {
        int column = col * rows;
        for (int r = 0; r < rows; r++) {
            sums[at + r] += units[column + r] * x;
        }
    }

    private void scale(float[] sums, float[] factors, int tokens, int number, Faults faults) {
        int runs = Math.ceilDiv(cols, run);
        for (int i = 0; i < tokens * rows; i++) {
            float sum = faults.has(Fault.INT8_RUN_SUMS_WRAP) ? (short) sums[i] : sums[i];
            sums[i] = sum * factors[i / rows * runs + number];
        }
    }

    private void addRun(int runNumber, float[] sums, int at, float[] out, int outAt) {
        for (int r = 0; r < rows; r++) {
            out[outAt + r] += sums[at + r] * scales[runNumber * rows + r];
        }
    }
}
