package dev.trilobit.backend.cpu;

import dev.trilobit.api.program.ActivationQuant;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Tokens for {@link GroupedMatrix} and {@link BlockMatrix}: for each step of a kernel the table of
 * the sums that an index stands for, or the activation itself; and the sum of the activations of
 * each group.
 *
 * <p>Tokens are held in one or two quads. A quad with one token holds [step][floats], any other
 * [step][4][floats], absent tokens being zero.
 */
final class GroupedTile implements ActivationTile {
    /** Tokens that one kernel call computes together. */
    static final int QUAD = 4;

    private static final int LANES = GroupGrid.LANES;

    private final GroupedLayout layout;
    private final TokenRounding rounding;
    private final float[] slots;
    private final float[] digits;
    private final float[][] steps;
    private final float[][] groupSums;
    private final float[][] factors;
    private final int[] codes;
    private final ScratchPool<float[]> scratch;
    private int tokens;

    /** Makes a tile without tokens. */
    GroupedTile(GroupedLayout layout) {
        this.layout = layout;
        GroupGrid grid = layout.grid();
        // Runs are rounded here, so that their sums stay whole numbers.
        this.rounding =
                new TokenRounding(
                        layout.roundsRuns() ? ActivationQuant.NONE : layout.quant(), grid.cols());
        this.slots = new float[grid.slots()];
        this.digits = digits(layout);
        int floats = Math.multiplyExact(layout.steps(), QUAD * layout.stepFloats());
        this.steps = new float[][] {new float[floats], new float[floats]};
        this.groupSums =
                new float[][] {new float[grid.groups() * QUAD], new float[grid.groups() * QUAD]};
        this.factors =
                new float[][] {new float[grid.groups() * QUAD], new float[grid.groups() * QUAD]};
        this.codes = new int[layout.roundsRuns() ? grid.cols() : 0];
        // Sums of a tile are part of it, and all that BlockMatrix needs.
        int scratchFloats = GroupedMatrix.scratchFloats(grid);
        this.scratch = new ScratchPool<>(() -> new float[scratchFloats]);
    }

    @Override
    public void load(float[] x, int offset, int stride, int count) {
        if (count < 1 || count > MAX_TOKENS) {
            throw new IllegalArgumentException(
                    "%d tokens: a tile holds 1 to %d".formatted(count, MAX_TOKENS));
        }
        tokens = count;
        for (int quad = 0; quad < quads(); quad++) {
            if (width(quad) == QUAD && tokens < (quad + 1) * QUAD) {
                Arrays.fill(steps[quad], 0);
                Arrays.fill(groupSums[quad], 0);
                Arrays.fill(factors[quad], 0);
            }
        }
        for (int t = 0; t < count; t++) {
            if (layout.roundsRuns()) {
                roundRuns(x, offset + t * stride, t);
            } else {
                float[] rounded = rounding.apply(x, offset + t * stride);
                fillSlots(rounded, rounding.offset(offset + t * stride));
                setFactors(t);
            }
            sumGroups(t);
            if (layout.lookup()) {
                writeTables(t);
            } else {
                writeActivations(t);
            }
        }
    }

    /** Spreads activations over {@link #slots}, whose padding is always zero. */
    private void fillSlots(float[] x, int offset) {
        GroupGrid grid = layout.grid();
        for (int g = 0; g < grid.groups(); g++) {
            System.arraycopy(x, offset + g * grid.groupSize(), slots, grid.slot(g), grid.size(g));
        }
    }

    private void setFactors(int token) {
        int width = width(token / QUAD);
        float[] out = factors[token / QUAD];
        for (int g = 0; g < layout.grid().groups(); g++) {
            out[g * width + token % QUAD] = 1;
        }
    }

    /**
     * Spreads the integers of a token over {@link #slots} and keeps what they are a multiple of.
     */
    private void roundRuns(float[] x, int offset, int token) {
        GroupGrid grid = layout.grid();
        int width = width(token / QUAD);
        float[] out = factors[token / QUAD];
        int run = layout.run();
        float factor = 0;
        for (int g = 0; g < grid.groups(); g++) {
            int col = g * grid.groupSize();
            if (col % run == 0) {
                int length = Math.min(run, grid.cols() - col);
                factor = RunRounding.round(x, offset + col, length, codes, col);
            }
            for (int i = 0; i < grid.size(g); i++) {
                slots[grid.slot(g) + i] = codes[col + i];
            }
            out[g * width + token % QUAD] = factor;
        }
    }

    private void sumGroups(int token) {
        if (layout.values() != CodeValue.UNSIGNED) {
            return;
        }
        GroupGrid grid = layout.grid();
        int width = width(token / QUAD);
        float[] sums = groupSums[token / QUAD];
        for (int g = 0; g < grid.groups(); g++) {
            int end = g + 1 < grid.groups() ? grid.slot(g + 1) : slots.length;
            // The slots of a word are a multiple of four.
            float a = 0;
            float b = 0;
            float c = 0;
            float d = 0;
            for (int i = grid.slot(g); i < end; i += 4) {
                a += slots[i];
                b += slots[i + 1];
                c += slots[i + 2];
                d += slots[i + 3];
            }
            int at = g * width + token % QUAD;
            sums[at] = ((a + b) + (c + d)) * factors[token / QUAD][at];
        }
    }

    private void writeTables(int token) {
        int cols = layout.stepCols();
        int width = width(token / QUAD);
        float[] tables = steps[token / QUAD];
        int at = token % QUAD * LANES;
        FloatVector first = FloatVector.fromArray(Lanes.FLOATS, digits, 0);
        FloatVector second = FloatVector.fromArray(Lanes.FLOATS, digits, LANES);
        FloatVector third = FloatVector.fromArray(Lanes.FLOATS, digits, 2 * LANES);
        FloatVector fourth = FloatVector.fromArray(Lanes.FLOATS, digits, 3 * LANES);
        for (int c = 0; c < slots.length; c += cols) {
            FloatVector sums = first.mul(slots[c]);
            if (cols > 1) {
                sums = sums.add(second.mul(slots[c + 1]));
            }
            if (cols > 2) {
                sums = sums.add(third.mul(slots[c + 2])).add(fourth.mul(slots[c + 3]));
            }
            sums.intoArray(tables, at);
            at += width * LANES;
        }
    }

    private void writeActivations(int token) {
        int width = width(token / QUAD);
        float[] out = steps[token / QUAD];
        for (int i = 0; i < slots.length; i++) {
            out[i * width + token % QUAD] = slots[i];
        }
    }

    /** Number of each code of a step at each table entry; entries repeat where lanes are more. */
    private static float[] digits(GroupedLayout layout) {
        float[] digits = new float[4 * LANES];
        int bits = layout.grid().slotBits();
        if (layout.lookup()) {
            for (int i = 0; i < layout.stepCols() * LANES; i++) {
                int code = (i % LANES >> (i / LANES * bits)) & ((1 << bits) - 1);
                digits[i] = layout.values().of(code) - layout.centre();
            }
        }
        return digits;
    }

    @Override
    public int tokens() {
        return tokens;
    }

    @Override
    public ActivationTile another() {
        return new GroupedTile(layout);
    }

    /** What this tile was made for. */
    GroupedLayout layout() {
        return layout;
    }

    /** Quads that hold tokens: 1 or 2. */
    int quads() {
        return Math.ceilDiv(tokens, QUAD);
    }

    /** Tokens side by side in a quad: 1 or 4. */
    int width(int quad) {
        return tokens - quad * QUAD == 1 ? 1 : QUAD;
    }

    /** Tables or activations of a quad. */
    float[] steps(int quad) {
        return steps[quad];
    }

    /** What the products of each group are multiples of, [group][width]. */
    float[] factors(int quad) {
        return factors[quad];
    }

    /** Sums of the activations of each group, [group][width]. */
    float[] groupSums(int quad) {
        return groupSums[quad];
    }

    /** Work arrays for the threads that read this tile. */
    ScratchPool<float[]> scratch() {
        return scratch;
    }
}
