package example.backend;

/**
 * Sums of float activations, eight columns at once: the sums of all subsets of each eight columns
 * are computed once a token, and then looked up by a byte of the mask.
 */
final class FloatSums implements MaskedSums {
    private static final int SUBSETS = 1 << Byte.SIZE;

    /** [words][8][256] */
    private final double[] sums;

    FloatSums(double[] values, WordLayout layout) {
        sums = new double[Math.multiplyExact(layout.words(), Long.BYTES * SUBSETS)];
        for (int word = 0; word < layout.words(); word++) {
            int columns = Long.bitCount(layout.columns(word));
            for (int bit = 0; bit < columns; bit++) {
                int table = (word * Long.BYTES + bit / Byte.SIZE) * SUBSETS;
                addColumn(table, 1 << bit % Byte.SIZE, values[layout.firstColumn(word) + bit]);
            }
        }
    }

    /** Doubles a table: each subset of the lower columns, once more with this one. */
    private void addColumn(int table, int column, double value) {
        for (int subset = 0; subset < column; subset++) {
            sums[table + column + subset] = sums[table + subset] + value;
        }
    }

    @Override
    public double sum(int word, long mask) {
        double sum = 0;
        int table = word * Long.BYTES * SUBSETS;
        for (long left = mask; left != 0; left >>>= Byte.SIZE) {
            sum += sums[table + (int) (left & SUBSETS - 1)];
            table += SUBSETS;
        }
        return sum;
    }
}
