package dev.trilobit.backend.cpu;

import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.Weight;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The scales, or the biases, of a matrix with groups: [block][group][rows of the block].
 *
 * <p>Types of 16 bits stay so: a 32-bit lane holds a row of one vector in its low half and the same
 * row of the next vector in its high half.
 */
final class GroupStates {
    private static final int LANES = GroupGrid.LANES;
    private static final long VECTOR_BYTES = (long) LANES * Integer.BYTES;

    private final MemorySegment states;
    private final FloatType type;
    private final int groups;
    private final int blockRows;

    private GroupStates(MemorySegment states, FloatType type, int groups, int blockRows) {
        this.states = states;
        this.type = type;
        this.groups = groups;
        this.blockRows = blockRows;
    }

    /**
     * Repacks numbers.
     *
     * @param what {@code scale} or {@code bias}, for messages
     * @param numbers [rows, groups]
     * @param blockRows rows of a block: whole pairs of vectors of lanes
     * @throws IllegalArgumentException if an element is not finite
     */
    static GroupStates pack(
            Weight weight,
            String what,
            GroupNumbers numbers,
            int groups,
            int blockRows,
            Arena arena) {
        FloatType type = numbers.type();
        int rows = weight.shape().rows();
        int blocks = Math.ceilDiv(rows, blockRows);
        MemorySegment states =
                arena.allocate((long) blocks * groups * blockRows * type.byteSize(), 64);
        var passed = new PassedPages(numbers.plane());
        long rowBytes = numbers.plane().byteSize() / rows;
        for (int r = 0; r < rows; r++) {
            passed.reached(r * rowBytes);
            for (int g = 0; g < groups; g++) {
                float value = numbers.at(r, g);
                if (!Float.isFinite(value)) {
                    throw new IllegalArgumentException(
                            "%s: %s of row %d, group %d must be finite, got %s"
                                    .formatted(weight.name(), what, r, g, value));
                }
                long at =
                        ((long) (r / blockRows) * groups + g) * blockRows
                                + place(r % blockRows, type);
                switch (type) {
                    case F32 -> states.setAtIndex(ValueLayout.JAVA_FLOAT, at, value);
                    case F16 ->
                            states.setAtIndex(
                                    ValueLayout.JAVA_SHORT, at, Float.floatToFloat16(value));
                    case BF16 ->
                            states.setAtIndex(
                                    ValueLayout.JAVA_SHORT,
                                    at,
                                    (short) (Float.floatToRawIntBits(value) >>> 16));
                }
            }
        }
        return new GroupStates(states, type, groups, blockRows);
    }

    /** Makes states that are the same everywhere. */
    static GroupStates constant(float value, int blockRows, Arena arena) {
        MemorySegment one = arena.allocate(ValueLayout.JAVA_FLOAT);
        one.set(ValueLayout.JAVA_FLOAT, 0, value);
        return new GroupStates(one, FloatType.F32, 0, blockRows);
    }

    private static int place(int row, FloatType type) {
        if (type == FloatType.F32) {
            return row;
        }
        int vector = row / LANES;
        int high = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? vector % 2 : 1 - vector % 2;
        return (vector / 2 * LANES + row % LANES) * 2 + high;
    }

    /** Tells whether {@link #states} are f16. */
    boolean areHalves() {
        return type == FloatType.F16;
    }

    /** Returns all of them as they are kept. */
    MemorySegment states() {
        return states;
    }

    /** Returns the byte offset of a block. */
    long offset(int block) {
        return (long) block * groups * blockRows * type.byteSize();
    }

    /** Bytes kept. */
    long byteSize() {
        return states.byteSize();
    }

    /**
     * Writes the f32 values of some groups of a block, [group][rows of the block].
     *
     * @param out element (from, 0) goes to {@code out[at]}
     */
    void expand(int block, int from, int to, float[] out, int at) {
        if (groups == 0) {
            float value = states.get(ValueLayout.JAVA_FLOAT, 0);
            Arrays.fill(out, at, at + (to - from) * blockRows, value);
            return;
        }
        long first = ((long) block * groups + from) * blockRows * type.byteSize();
        switch (type) {
            case F32 ->
                    MemorySegment.copy(
                            states,
                            ValueLayout.JAVA_FLOAT,
                            first,
                            out,
                            at,
                            (to - from) * blockRows);
            case F16 -> expandHalves(first, (to - from) * blockRows, out, at);
            case BF16 -> expandBfloats(first, (to - from) * blockRows, out, at);
        }
    }

    private void expandHalves(long first, int count, float[] out, int at) {
        for (int i = 0; i < count / (2 * LANES); i++) {
            IntVector pairs =
                    IntVector.fromMemorySegment(
                            Lanes.INTS, states, first + i * VECTOR_BYTES, ByteOrder.nativeOrder());
            Halves.low(pairs).mul(Halves.UNIT).intoArray(out, at + 2 * i * LANES);
            Halves.high(pairs).mul(Halves.UNIT).intoArray(out, at + (2 * i + 1) * LANES);
        }
    }

    private void expandBfloats(long first, int count, float[] out, int at) {
        for (int i = 0; i < count / (2 * LANES); i++) {
            IntVector pairs =
                    IntVector.fromMemorySegment(
                            Lanes.INTS, states, first + i * VECTOR_BYTES, ByteOrder.nativeOrder());
            IntVector low = pairs.lanewise(VectorOperators.LSHL, 16);
            low.reinterpretAsFloats().intoArray(out, at + 2 * i * LANES);
            pairs.and(0xffff0000).reinterpretAsFloats().intoArray(out, at + (2 * i + 1) * LANES);
        }
    }
}
