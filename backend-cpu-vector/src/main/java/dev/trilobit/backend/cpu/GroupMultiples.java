package dev.trilobit.backend.cpu;

import dev.trilobit.api.quant.Weight;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Scales, or biases, that are integers of eight bits times a unit that several groups share: f16
 * units as {@link GroupStates} keeps them, and integers [block][group][lane], those of a lane's
 * four rows in the bytes of an int, the first in the low one. Products are exact in f32.
 */
final class GroupMultiples implements GroupScales {
    private static final int LANES = GroupGrid.LANES;
    private static final int ROWS = GroupGrid.BLOCK_ROWS;
    private static final int VECTORS = ROWS / LANES;

    private final GroupStates units;
    private final MemorySegment multiples;
    private final int unitGroups;
    private final int groups;

    private GroupMultiples(GroupStates units, MemorySegment multiples, int unitGroups, int groups) {
        this.units = units;
        this.multiples = multiples;
        this.unitGroups = unitGroups;
        this.groups = groups;
    }

    /**
     * Repacks numbers.
     *
     * @param what {@code scale} or {@code bias}, for messages
     * @param groups of a row
     * @throws IllegalArgumentException if a unit is not finite
     */
    static GroupMultiples pack(
            Weight weight, String what, BlockNumbers numbers, int groups, Arena arena) {
        int rows = weight.shape().rows();
        int blocks = Math.ceilDiv(rows, ROWS);
        int unitGroups = numbers.blockGroups();
        var units =
                GroupStates.pack(weight, what, numbers.units(), groups / unitGroups, ROWS, arena);
        MemorySegment multiples =
                arena.allocate((long) blocks * groups * LANES * Integer.BYTES, 64);
        int[] ints = new int[groups * LANES];
        var passed = new PassedPages(numbers.plane());
        long rowBytes = numbers.plane().byteSize() / rows;
        for (int b = 0; b < blocks; b++) {
            passed.reached((long) b * ROWS * rowBytes);
            for (int g = 0; g < groups; g++) {
                for (int lane = 0; lane < LANES; lane++) {
                    int packed = 0;
                    for (int v = 0; v < VECTORS; v++) {
                        int row = b * ROWS + v * LANES + lane;
                        int multiple = row < rows ? numbers.multiple(row, g) : 0;
                        packed |= (multiple & 0xff) << (v * Byte.SIZE);
                    }
                    ints[g * LANES + lane] = packed;
                }
            }
            long at = (long) b * ints.length * Integer.BYTES;
            MemorySegment.copy(ints, 0, multiples, ValueLayout.JAVA_INT, at, ints.length);
        }
        return new GroupMultiples(units, multiples, unitGroups, groups);
    }

    @Override
    public long byteSize() {
        return units.byteSize() + multiples.byteSize();
    }

    @Override
    public void expand(int block, int from, int to, float[] out, int at) {
        for (int first = from; first < to; ) {
            int unit = first / unitGroups;
            int end = Math.min((unit + 1) * unitGroups, to);
            // The unit waits in the place of the last group that needs it.
            int shared = at + (end - 1 - from) * ROWS;
            units.expand(block, unit, unit + 1, out, shared);
            for (int g = first; g < end; g++) {
                multiply(block, g, out, shared, at + (g - from) * ROWS);
            }
            first = end;
        }
    }

    private void multiply(int block, int group, float[] out, int shared, int at) {
        long offset = ((long) block * groups + group) * LANES * Integer.BYTES;
        IntVector bytes =
                IntVector.fromMemorySegment(Lanes.INTS, multiples, offset, ByteOrder.nativeOrder());
        for (int v = 0; v < VECTORS; v++) {
            IntVector top = bytes.lanewise(VectorOperators.LSHL, 24 - v * Byte.SIZE);
            FloatVector multiple =
                    (FloatVector)
                            top.lanewise(VectorOperators.ASHR, 24).convert(VectorOperators.I2F, 0);
            FloatVector.fromArray(Lanes.FLOATS, out, shared + v * LANES)
                    .mul(multiple)
                    .intoArray(out, at + v * LANES);
        }
    }
}
