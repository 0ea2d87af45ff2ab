package dev.trilobit.backend.cpu;

/** What the kernels compute, one weight after the other. */
final class ScalarTwins {
    private ScalarTwins() {}

    /**
     * Multiplies ternary codes, four a byte, with int8 activations.
     *
     * @param codes [rows, ceil(cols / 4)], t + 1
     * @param q [cols]
     * @param dots out, [rows]
     */
    static void ternary(byte[] codes, int cols, byte[] q, int[] dots) {
        int rowBytes = Math.ceilDiv(cols, 4);
        for (int r = 0; r < dots.length; r++) {
            int sum = 0;
            for (int c = 0; c < cols; c++) {
                int code = (codes[r * rowBytes + c / 4] >> (2 * (c % 4))) & 3;
                sum += (code - 1) * q[c];
            }
            dots[r] = sum;
        }
    }

    /**
     * Multiplies bits that mean -scale or +scale.
     *
     * @param codes [rows, ceil(cols / 8)]
     * @param scales [rows, groups]
     * @param x [cols]
     * @param y out, [rows]
     */
    static void symmetricBits(byte[] codes, int groupSize, float[] scales, float[] x, float[] y) {
        int rowBytes = Math.ceilDiv(x.length, 8);
        int groups = Math.ceilDiv(x.length, groupSize);
        for (int r = 0; r < y.length; r++) {
            float sum = 0;
            for (int c = 0; c < x.length; c++) {
                int bit = (codes[r * rowBytes + c / 8] >> (c % 8)) & 1;
                float scale = scales[r * groups + c / groupSize];
                sum += scale * (2 * bit - 1) * x[c];
            }
            y[r] = sum;
        }
    }

    /** Multiplies bits that mean bias or scale + bias; extents as in {@link #symmetricBits}. */
    static void affineBits(
            byte[] codes, int groupSize, float[] scales, float[] biases, float[] x, float[] y) {
        int rowBytes = Math.ceilDiv(x.length, 8);
        int groups = Math.ceilDiv(x.length, groupSize);
        for (int r = 0; r < y.length; r++) {
            float sum = 0;
            for (int c = 0; c < x.length; c++) {
                int bit = (codes[r * rowBytes + c / 8] >> (c % 8)) & 1;
                int group = r * groups + c / groupSize;
                sum += (scales[group] * bit + biases[group]) * x[c];
            }
            y[r] = sum;
        }
    }

    /** Multiplies codes of two bits, four a byte: (scale * (code + first) + bias) * x. */
    static void twoBits(
            byte[] codes,
            int first,
            int groupSize,
            float[] scales,
            float[] biases,
            float[] x,
            float[] y) {
        int rowBytes = Math.ceilDiv(x.length, 4);
        int groups = Math.ceilDiv(x.length, groupSize);
        for (int r = 0; r < y.length; r++) {
            float sum = 0;
            for (int c = 0; c < x.length; c++) {
                int code = (codes[r * rowBytes + c / 4] >> (2 * (c % 4))) & 3;
                int group = r * groups + c / groupSize;
                sum += (scales[group] * (code + first) + biases[group]) * x[c];
            }
            y[r] = sum;
        }
    }

    /**
     * Multiplies f32 values.
     *
     * @param w [rows, cols]
     * @param y out, [rows]
     */
    static void dense(float[] w, float[] x, float[] y) {
        for (int r = 0; r < y.length; r++) {
            float sum = 0;
            for (int c = 0; c < x.length; c++) {
                sum += w[r * x.length + c] * x[c];
            }
            y[r] = sum;
        }
    }

    /** Multiplies bf16 values; extents as in {@link #dense}. */
    static void denseBfloats(short[] w, float[] x, float[] y) {
        for (int r = 0; r < y.length; r++) {
            float sum = 0;
            for (int c = 0; c < x.length; c++) {
                sum += Float.intBitsToFloat(w[r * x.length + c] << 16) * x[c];
            }
            y[r] = sum;
        }
    }

    /** Multiplies f16 values; extents as in {@link #dense}. */
    static void denseHalves(short[] w, float[] x, float[] y) {
        for (int r = 0; r < y.length; r++) {
            float sum = 0;
            for (int c = 0; c < x.length; c++) {
                sum += Float.float16ToFloat(w[r * x.length + c]) * x[c];
            }
            y[r] = sum;
        }
    }
}
