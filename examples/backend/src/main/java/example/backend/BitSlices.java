package example.backend;

/**
 * Sums of int8 activations, 64 columns at once. Slice b of a word holds bit b of each column's
 * two's complement; the columns of a mask then sum to {@code bitCount(mask & slice)} times the
 * weight of the bit: 1, 2, 4 .. 64 and -128.
 */
final class BitSlices implements MaskedSums {
    private static final int SIGN = Byte.SIZE - 1;

    /** Slices of a word follow each other, the lowest bit first. */
    private final long[] slices;

    BitSlices(double[] values, WordLayout layout) {
        slices = new long[Math.multiplyExact(layout.words(), Byte.SIZE)];
        for (int col = 0; col < values.length; col++) {
            int code = (int) values[col];
            int first = layout.word(col) * Byte.SIZE;
            for (int b = 0; b < Byte.SIZE; b++) {
                if ((code >> b & 1) != 0) {
                    slices[first + b] |= layout.bit(col);
                }
            }
        }
    }

    @Override
    public double sum(int word, long mask) {
        int first = word * Byte.SIZE;
        int sum = 0;
        for (int b = 0; b < SIGN; b++) {
            sum += Long.bitCount(mask & slices[first + b]) << b;
        }
        return sum - (Long.bitCount(mask & slices[first + SIGN]) << SIGN);
    }
}
