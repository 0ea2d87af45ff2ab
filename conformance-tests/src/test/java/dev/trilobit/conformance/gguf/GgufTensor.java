package dev.trilobit.conformance.gguf;

import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.ReferenceCodec;
import dev.trilobit.api.quant.Weight;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A matrix as it is written into a GGUF file.
 *
 * @param type number of the type
 * @param bytes what is stored
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never leaves the tests
record GgufTensor(int type, byte[] bytes) {
    static final int F32 = 0;
    static final int F16 = 1;
    static final int BF16 = 30;
    static final int I2_S = 36;

    /** What follows the codes of I2_S: a scale and padding. */
    private static final int I2_S_TAIL = 32;

    /** Stores unquantized numbers as they are. */
    static GgufTensor asStored(Weight weight, FloatType floats) {
        int type =
                switch (floats) {
                    case F32 -> F32;
                    case F16 -> F16;
                    case BF16 -> BF16;
                };
        return new GgufTensor(type, weight.codes().toArray(ValueLayout.JAVA_BYTE));
    }

    /** Stores numbers that are float32, each where {@code rows} says. */
    static GgufTensor float32(Weight weight, GgufRows rows) {
        int cols = weight.shape().cols();
        var bytes = new byte[Math.toIntExact(weight.shape().elements() * Float.BYTES)];
        MemorySegment out = MemorySegment.ofArray(bytes);
        for (int r = 0; r < weight.shape().rows(); r++) {
            double[] row = ReferenceCodec.decodeRow(weight, r);
            for (int c = 0; c < cols; c++) {
                if ((float) row[c] != row[c]) {
                    throw new IllegalArgumentException(row[c] + " is no float32");
                }
                FloatType.F32.set(out, (long) rows.stored(r) * cols + c, (float) row[c]);
            }
        }
        return new GgufTensor(F32, bytes);
    }

    /**
     * Stores a ternary matrix of one scale as I2_S: four codes a byte, the first in the high bits.
     * With n weights in all, weight i of layout a is code {@code i % 128 / 32} of byte {@code i /
     * 128 * 32 + i % 32}, of layout b code {@code i % 64 / 16} of byte {@code i / 64 * 16 + i %
     * 16}; in layout c weight (r, c) is code {@code r % 4} of byte {@code r / 4 * cols + c}.
     *
     * @param layout a, b or c
     * @param scale of all weights
     */
    static GgufTensor i2s(Weight weight, GgufRows rows, char layout, float scale) {
        int cols = weight.shape().cols();
        int codeBytes = Math.toIntExact(weight.shape().elements() / 4);
        var bytes = new byte[codeBytes + I2_S_TAIL];
        for (int row = 0; row < weight.shape().rows(); row++) {
            int r = rows.stored(row);
            for (int c = 0; c < cols; c++) {
                int i = r * cols + c;
                int at =
                        switch (layout) {
                            case 'a' -> i / 128 * 32 + i % 32;
                            case 'b' -> i / 64 * 16 + i % 16;
                            default -> r / 4 * cols + c;
                        };
                int place =
                        switch (layout) {
                            case 'a' -> i % 128 / 32;
                            case 'b' -> i % 64 / 16;
                            default -> r % 4;
                        };
                int code = ReferenceCodec.code(weight, row, c);
                bytes[at] |= (byte) (code << (6 - 2 * place));
            }
        }
        FloatType.F32.set(MemorySegment.ofArray(bytes).asSlice(codeBytes), 0, scale);
        return new GgufTensor(I2_S, bytes);
    }
}
