package dev.trilobit.api.quant;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** A floating-point element type as it is stored in files, little-endian. */
public enum FloatType {
    /** IEEE 754 binary32. */
    F32(Float.BYTES, "f32"),
    /** IEEE 754 binary16. */
    F16(Short.BYTES, "f16"),
    /** bfloat16: the upper half of a binary32. */
    BF16(Short.BYTES, "bf16");

    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final int byteSize;
    private final String suffix;

    FloatType(int byteSize, String suffix) {
        this.byteSize = byteSize;
        this.suffix = suffix;
    }

    /** Returns the bytes of one element. */
    public int byteSize() {
        return byteSize;
    }

    /** Returns the lower-case name used in messages and kernel names. */
    public String suffix() {
        return suffix;
    }

    /**
     * Reads element {@code index}; exact, since every type here is a subset of binary32.
     *
     * @param segment any alignment
     * @param index in elements of this type
     * @throws IndexOutOfBoundsException if the element lies outside {@code segment}
     */
    public float get(MemorySegment segment, long index) {
        return switch (this) {
            case F32 -> segment.get(FLOAT, index * Float.BYTES);
            case F16 -> Float.float16ToFloat(segment.get(SHORT, index * Short.BYTES));
            case BF16 -> Float.intBitsToFloat(segment.get(SHORT, index * Short.BYTES) << 16);
        };
    }

    /** Reads {@code count} elements from {@code index} on to {@code out[offset]} and on. */
    void copy(MemorySegment segment, long index, float[] out, int offset, int count) {
        switch (this) {
            case F32 -> MemorySegment.copy(segment, FLOAT, index * Float.BYTES, out, offset, count);
            case F16 -> {
                MemorySegment run = segment.asSlice(index * Short.BYTES, 2L * count);
                for (int i = 0; i < count; i++) {
                    out[offset + i] = Float.float16ToFloat(run.get(SHORT, 2L * i));
                }
            }
            case BF16 -> {
                MemorySegment run = segment.asSlice(index * Short.BYTES, 2L * count);
                for (int i = 0; i < count; i++) {
                    out[offset + i] = Float.intBitsToFloat(run.get(SHORT, 2L * i) << 16);
                }
            }
        }
    }

    /**
     * Writes element {@code index}, rounding to nearest even.
     *
     * @param segment any alignment
     * @param index in elements of this type
     * @throws IndexOutOfBoundsException if the element lies outside {@code segment}
     */
    public void set(MemorySegment segment, long index, float value) {
        switch (this) {
            case F32 -> segment.set(FLOAT, index * Float.BYTES, value);
            case F16 -> segment.set(SHORT, index * Short.BYTES, Float.floatToFloat16(value));
            case BF16 -> segment.set(SHORT, index * Short.BYTES, bfloat16(value));
        }
    }

    /** Returns a number as this type stores it: the nearest, of two the even one. */
    public float round(float value) {
        return switch (this) {
            case F32 -> value;
            case F16 -> Float.float16ToFloat(Float.floatToFloat16(value));
            case BF16 -> Float.intBitsToFloat(bfloat16(value) << 16);
        };
    }

    private static short bfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) (bits >>> 16 | 0x40);
        }
        return (short) ((bits + 0x7fff + (bits >>> 16 & 1)) >>> 16);
    }
}
