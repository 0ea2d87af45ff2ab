package example.backend;

import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.Weight;

/** Weights as floats, decoded once. */
final class FloatMatrix implements Matrix {
    private final float[][] rows;

    private FloatMatrix(float[][] rows) {
        this.rows = rows;
    }

    /** Packs dense values. */
    static FloatMatrix pack(Weight weight, Dense format) {
        return new FloatMatrix(new WeightReader(weight).values(format.type()));
    }

    /** Packs affine codes. */
    static FloatMatrix pack(Weight weight, Affine format) {
        return new FloatMatrix(new WeightReader(weight).decoded(format));
    }

    /** Packs blocks of ggml. */
    static FloatMatrix packBlocks(Weight weight) {
        return new FloatMatrix(new WeightReader(weight).decoded());
    }

    @Override
    public float[] multiply(TokenInput in) {
        double[] values = in.values();
        var out = new float[rows.length];
        for (int row = 0; row < out.length; row++) {
            out[row] =
                    (float) (DotProduct.of(rows[row], 0, values, 0, values.length) / in.divisor());
        }
        return out;
    }

    @Override
    public float[] row(int row) {
        return rows[row].clone();
    }

    @Override
    public long byteSize() {
        return (long) rows.length * rows[0].length * Float.BYTES;
    }
}
