package example.backend;

/** The sum of products. */
final class DotProduct {
    private DotProduct() {}

    /** Multiplies runs of equal length; four sums, since a single one would wait for itself. */
    static double of(float[] left, int leftStart, double[] right, int rightStart, int length) {
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        int i = 0;
        for (; i + 3 < length; i += 4) {
            a += left[leftStart + i] * right[rightStart + i];
            b += left[leftStart + i + 1] * right[rightStart + i + 1];
            c += left[leftStart + i + 2] * right[rightStart + i + 2];
            d += left[leftStart + i + 3] * right[rightStart + i + 3];
        }
        for (; i < length; i++) {
            a += left[leftStart + i] * right[rightStart + i];
        }
        return a + b + c + d;
    }
}
