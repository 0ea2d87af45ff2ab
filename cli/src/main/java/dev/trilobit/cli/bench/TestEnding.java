package dev.trilobit.cli.bench;

/** The logits that a timed test ended with. */
final class TestEnding {
    private final int position;
    private final float[] logits;

    /**
     * Keeps them.
     *
     * @param position of the last token
     * @param logits one for each token id; not copied
     */
    TestEnding(int position, float[] logits) {
        this.position = position;
        this.logits = logits;
    }

    /** Returns the position of the last token. */
    int position() {
        return position;
    }

    /** Returns the largest difference from {@code expected}; 0 only if all bits are equal. */
    double difference(double[] expected) {
        double largest = expected.length == logits.length ? 0 : Double.POSITIVE_INFINITY;
        for (int i = 0; i < Math.min(expected.length, logits.length); i++) {
            float other = (float) expected[i];
            if (Float.floatToRawIntBits(other) != Float.floatToRawIntBits(logits[i])) {
                // A zero of the other sign differs too; what is not a number stays the largest.
                double difference = Math.abs(expected[i] - logits[i]);
                largest = Math.max(largest, difference == 0 ? Double.MIN_VALUE : difference);
            }
        }
        return largest;
    }
}
