package dev.trilobit.backend.cpu;

import dev.trilobit.api.program.ActivationQuant;

/**
 * Applies an {@link ActivationQuant} for kernels that read f32 and know no groups: the int8 code
 * divided by the token's factor, or times that of the token as a single run. Belongs to one tile.
 */
final class TokenRounding {
    private final ActivationQuant quant;
    private final int[] codes;
    private final float[] rounded;

    /** Prepares for tokens of {@code cols} elements. */
    TokenRounding(ActivationQuant quant, int cols) {
        this.quant = quant;
        int length = quant == ActivationQuant.NONE ? 0 : cols;
        this.codes = new int[length];
        this.rounded = new float[length];
    }

    /** Returns the array that holds the token as it is to be used, at {@link #offset}. */
    float[] apply(float[] x, int offset) {
        return switch (quant) {
            case NONE -> x;
            case INT8_PER_TOKEN -> {
                float s = Int8Rounding.scale(x, offset, codes.length);
                Int8Rounding.round(x, offset, codes.length, s, codes);
                for (int i = 0; i < codes.length; i++) {
                    rounded[i] = codes[i] / s;
                }
                yield rounded;
            }
            case INT8_PER_GROUP -> {
                float factor = RunRounding.round(x, offset, codes.length, codes, 0);
                for (int i = 0; i < codes.length; i++) {
                    rounded[i] = codes[i] * factor;
                }
                yield rounded;
            }
        };
    }

    /** Returns where the token starts in the array that {@link #apply} returned. */
    int offset(int offset) {
        return quant == ActivationQuant.NONE ? offset : 0;
    }
}
