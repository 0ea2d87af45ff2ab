package dev.trilobit.cli.bench;

/** The rows of logits that a timed test ended with: one, or those of all tokens of a step. */
final class TestEnding {
    private final int first;
    private final int width;
    private final float[] logits;

    /**
     * Keeps them.
     *
     * @param first position of the first row
     * @param width of a row
     * @param logits row after row, one for each token id; not copied
     */
    TestEnding(int first, int width, float[] logits) {
        this.first = first;
        this.width = width;
        this.logits = logits;
    }

    /** Returns the position of the first row. */
    int first() {
        return first;
    }

    /** Returns the number of rows. */
    int rows() {
        return logits.length / width;
    }

    /** Returns the position of the last token. */
    int last() {
        return first + rows() - 1;
    }

    /** Tells whether there is a row for the token at {@code position}. */
    boolean has(int position) {
        return position >= first && position <= last();
    }

    /**
     * Returns the largest difference of the row at {@code position} from {@code expected}; 0 only
     * if all bits are equal.
     */
    double difference(int position, double[] expected) {
        double largest = expected.length == width ? 0 : Double.POSITIVE_INFINITY;
        int start = (position - first) * width;
        for (int i = 0; i < Math.min(expected.length, width); i++) {
            float other = (float) expected[i];
            float ours = logits[start + i];
            if (Float.floatToRawIntBits(other) != Float.floatToRawIntBits(ours)) {
                // A zero of the other sign differs too; what is not a number stays the largest.
                double difference = Math.abs(expected[i] - ours);
                largest = Math.max(largest, difference == 0 ? Double.MIN_VALUE : difference);
            }
        }
        return largest;
    }
}
