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
     * @param code 0..2 for ternary (t + 1), 0..1 for binary, 0..2^bits - 1 for affine
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
     * Sets the scale of a group, rounded to the element type; a per-tensor scale is (0, 0).
     *
     * @throws IllegalArgumentException if the format is {@link Dense}
     * @throws IndexOutOfBoundsException if there is no such group
     */
    public void setScale(int row, int group, float value) {
        setGroup(1, row, group, value);
    }

    /**
     * Sets the bias of a group, rounded to the element type.
     *
     * @throws IllegalArgumentException if the format has no biases
     * @throws IndexOutOfBoundsException if there is no such group
     */
    public void setBias(int row, int group, float value) {
        if (planes.size() < 3) {
            throw refused("biases");
        }
        setGroup(2, row, group, value);
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
