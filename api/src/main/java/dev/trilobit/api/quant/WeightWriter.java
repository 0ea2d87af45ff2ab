package dev.trilobit.api.quant;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * Fills the planes of a new {@link Weight} element by element: the inverse of {@link
 * ReferenceCodec}. Elements that are not set are zero bits. Not safe for use by several threads.
 */
public final class WeightWriter {
    private final String name;
    private final MatrixShape shape;
    private final WeightFormat format;
    private final List<MemorySegment> planes;

    /**
     * Allocates zeroed planes.
     *
     * @param name tensor name, for messages
     * @param arena owns the planes
     */
    public WeightWriter(String name, MatrixShape shape, WeightFormat format, Arena arena) {
        this.name = name;
        this.shape = shape;
        this.format = format;
        this.planes = new ArrayList<>();
        for (Plane plane : format.planes(shape)) {
            planes.add(arena.allocate(plane.byteSize(), Long.BYTES));
        }
    }

    /**
     * Sets a dense value, rounded to the element type.
     *
     * @throws IllegalArgumentException if the format is not {@link Dense}
     * @throws IndexOutOfBoundsException if the element lies outside the matrix
     */
    public void setValue(int row, int col, float value) {
        if (!(format instanceof Dense(FloatType type))) {
            throw refused("values");
        }
        type.set(planes.get(0), ReferenceCodec.valueIndex(shape, row, col), value);
    }

    /**
     * Sets the stored integer of an element.
     *
     * @param code 0..2 for ternary (t + 1), 0..1 for binary, 0..2^bits - 1 for affine and blocks
     * @throws IllegalArgumentException if the format is {@link Dense} or {@code code} is too large
     * @throws IndexOutOfBoundsException if the element lies outside the matrix
     */
    public void setCode(int row, int col, int code) {
        if (format instanceof Dense) {
            throw refused("codes");
        }
        int width = ReferenceCodec.codeBits(format);
        int largest = format instanceof Ternary ? 2 : (1 << width) - 1;
        if (code < 0 || code > largest) {
            throw new IllegalArgumentException(
                    "%s: code at (%d, %d) of %s must be in 0..%d, got %d"
                            .formatted(name, row, col, format.label(), largest, code));
        }
        if (format instanceof Blocks(BlockType type)) {
            long block = ReferenceCodec.blockByte(type, shape, row, col);
            BlockCodec.setCode(type, planes.get(0), block, col % type.blockWeights(), code);
            return;
        }
        long bit = ReferenceCodec.codeBit(format, shape, row, col);
        for (int i = 0; i < width; i++) {
            setBit(bit + i, code >>> i & 1);
        }
    }

    private void setBit(long bit, int value) {
        MemorySegment codes = planes.get(0);
        int mask = 1 << (bit & 7);
        int old = codes.get(ValueLayout.JAVA_BYTE, bit >>> 3);
        codes.set(ValueLayout.JAVA_BYTE, bit >>> 3, (byte) (value == 0 ? old & ~mask : old | mask));
    }

    /**
     * Sets the scale of a group, rounded to the element type; a per-tensor scale is (0, 0). Of
     * {@link Blocks} it is d of the block that {@code group} counts; the integer scales of Q6_K and
     * Q4_K stay as they are.
     *
     * @throws IllegalArgumentException if the format is {@link Dense}
     * @throws IndexOutOfBoundsException if there is no such group
     */
    public void setScale(int row, int group, float value) {
        if (format instanceof Blocks(BlockType type)) {
            BlockCodec.setScale(type, planes.get(0), blockByte(type, row, group), value);
            return;
        }
        setGroup(1, row, group, value);
    }

    /**
     * Sets the bias of a group, rounded to the element type; m of a block of Q4_1, dmin of Q4_K.
     *
     * @throws IllegalArgumentException if the format has no biases
     * @throws IndexOutOfBoundsException if there is no such group
     */
    public void setBias(int row, int group, float value) {
        if (format instanceof Blocks(BlockType type) && type.hasBias()) {
            BlockCodec.setMinimum(planes.get(0), blockByte(type, row, group), value);
            return;
        }
        if (planes.size() < 3) {
            throw refused("biases");
        }
        setGroup(2, row, group, value);
    }

    private long blockByte(BlockType type, int row, int block) {
        return ReferenceCodec.blockByte(type, shape, row, block * type.blockWeights());
    }

    private void setGroup(int plane, int row, int group, float value) {
        switch (format) {
            case Dense _ -> throw refused("scales");
            case Ternary(TernaryPacking _, ScaleGranularity.PerTensor()) -> {
                MatrixShape one = MatrixShape.vector(1);
                FloatType.F32.set(
                        planes.get(plane), ReferenceCodec.valueIndex(one, row, group), value);
            }
            case Ternary(TernaryPacking _, ScaleGranularity.PerGroup(int size, FloatType type)) ->
                    type.set(planes.get(plane), groupIndex(row, group, size), value);
            case Binary(int size, Binary.Mode _, FloatType type) ->
                    type.set(planes.get(plane), groupIndex(row, group, size), value);
            case Affine(int _, int size, FloatType type) ->
                    type.set(planes.get(plane), groupIndex(row, group, size), value);
            case Blocks _ -> throw new AssertionError("set before");
        }
    }

    /**
     * Sets the integers of a group of Q6_K or Q4_K.
     *
     * @param group counted along the row
     * @param scale -128 to 127 for Q6_K, 0 to 63 for Q4_K
     * @param minimum 0 to 63; 0 for Q6_K, which has none
     * @throws IllegalArgumentException if the format has no such integers or they are out of range
     * @throws IndexOutOfBoundsException if there is no such group
     */
    public void setGroupIntegers(int row, int group, int scale, int minimum) {
        if (!(format instanceof Blocks(BlockType type))
                || type.groupWeights() == type.blockWeights()) {
            throw refused("integer scales");
        }
        boolean signed = type == BlockType.Q6_K;
        int low = signed ? Byte.MIN_VALUE : 0;
        int high = signed ? Byte.MAX_VALUE : 63;
        if (scale < low || scale > high || minimum < 0 || minimum > (signed ? 0 : 63)) {
            throw new IllegalArgumentException(
                    "%s: integers of group %d of row %d of %s: scale %d, minimum %d"
                            .formatted(name, group, row, format.label(), scale, minimum));
        }
        long block = ReferenceCodec.blockByte(type, shape, row, group * type.groupWeights());
        int g = group % (type.blockWeights() / type.groupWeights());
        if (signed) {
            BlockCodec.setGroupScale6(planes.get(0), block, g, scale);
        } else {
            BlockCodec.setGroup4(planes.get(0), block, g, scale, minimum);
        }
    }

    private long groupIndex(int row, int group, int size) {
        return ReferenceCodec.groupIndex(shape, row, group, size);
    }

    /** Returns the weight; it shares memory with this writer. */
    public Weight weight() {
        return new Weight(name, shape, format, planes);
    }

    private IllegalArgumentException refused(String what) {
        return new IllegalArgumentException(
                "%s: %s has no %s".formatted(name, format.label(), what));
    }
}
