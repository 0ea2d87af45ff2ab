package dev.trilobit.backend.cpu;

import dev.trilobit.api.program.ActivationQuant;
import java.util.Arrays;
import jdk.incubator.vector.ShortVector;

/**
 * Tokens rounded to int8, as tables of the sums that each index of {@link RunWords} stands for.
 *
 * <p>Tokens are held in one or two quads. A quad with one token has tables [word][vector][lanes],
 * any other [word][vector][4][lanes], absent tokens being zero: lookups of several tokens share the
 * index.
 */
final class RunTile implements ActivationTile {
    /** Tokens that one kernel call computes together. */
    static final int QUAD = 4;

    private static final int LANES = RunWords.LANES;
    private static final int LOOKUPS = RunWords.NARROW + RunWords.WIDE;
    private static final short[] MASKS = RunWords.masks();

    private final RunLayout layout;
    private final int[] codes;

    /** What each bit of each word adds if it is set; zero for padding. */
    private final short[] adds;

    /** What each word's lookups find for no bit set: [word][lookup]. */
    private final short[] clears;

    private final short[][] tables;

    /** [token][group]. */
    private final float[] factors;

    /** [token][group]. */
    private final int[] sums;

    private final ScratchPool<RunScratch> scratch;
    private int tokens;

    /** Makes a tile without tokens. */
    RunTile(RunLayout layout) {
        this.layout = layout;
        this.codes = new int[layout.cols()];
        this.adds = new short[layout.words() * Short.SIZE];
        this.clears = new short[layout.words() * LOOKUPS];
        int shorts = Math.multiplyExact(layout.words(), QUAD * RunWords.TABLE_SHORTS);
        this.tables = new short[][] {new short[shorts], new short[shorts]};
        this.factors = new float[MAX_TOKENS * layout.groups()];
        this.sums = new int[MAX_TOKENS * layout.groups()];
        this.scratch = new ScratchPool<>(() -> new RunScratch(layout));
    }

    @Override
    public void load(float[] x, int offset, int stride, int count) {
        if (count < 1 || count > MAX_TOKENS) {
            throw new IllegalArgumentException(
                    "%d tokens: a tile holds 1 to %d".formatted(count, MAX_TOKENS));
        }
        tokens = count;
        for (int t = 0; t < count; t++) {
            round(x, offset + t * stride, t);
            spread(t);
            writeTables(t / QUAD, t % QUAD);
        }
        int quad = (count - 1) / QUAD;
        if (width(quad) == QUAD) {
            Arrays.fill(adds, (short) 0);
            Arrays.fill(clears, (short) 0);
            for (int t = count; t < (quad + 1) * QUAD; t++) {
                writeTables(quad, t % QUAD);
            }
        }
    }

    private void round(float[] x, int offset, int token) {
        int at = token * layout.groups();
        switch (layout.quant()) {
            case NONE -> throw new IllegalStateException("float activations have no tables here");
            case INT8_PER_TOKEN -> {
                float s = Int8Rounding.scale(x, offset, layout.cols());
                Int8Rounding.round(x, offset, layout.cols(), s, codes);
                Arrays.fill(factors, at, at + layout.groups(), 1 / s);
            }
            case INT8_PER_GROUP -> {
                for (int g = 0; g < layout.groups(); g++) {
                    int col = g * layout.groupSize();
                    factors[at + g] =
                            RunRounding.round(x, offset + col, layout.size(g), codes, col);
                }
            }
        }
    }

    /** Turns the whole numbers of a token into what its bits add. */
    private void spread(int token) {
        int groupBits = layout.groupWords() * Short.SIZE;
        for (int g = 0; g < layout.groups(); g++) {
            int col = g * layout.groupSize();
            int size = layout.size(g);
            int at = g * groupBits;
            int sum = 0;
            for (int i = 0; i < size; i++) {
                sum += codes[col + i];
            }
            sums[token * layout.groups() + g] = sum;
            if (layout.bits() == 2) {
                for (int i = 0; i < size; i++) {
                    adds[at + 2 * i] = (short) codes[col + i];
                    adds[at + 2 * i + 1] = (short) (2 * codes[col + i]);
                }
            } else {
                int set = layout.values() == CodeValue.SIGN ? 2 : 1;
                for (int i = 0; i < size; i++) {
                    adds[at + i] = (short) (set * codes[col + i]);
                }
            }
        }
        clear();
    }

    /** A sign is -1 without its bit, a trit and a code of two bits less one are. */
    private void clear() {
        boolean halves = layout.values() == CodeValue.SIGN;
        boolean pairs = layout.bits() == 2;
        if (!halves && !pairs) {
            return;
        }
        int bit = 0;
        for (int i = 0; i < clears.length; i++) {
            int end =
                    bit
                            + (i % LOOKUPS < RunWords.NARROW
                                    ? RunWords.NARROW_BITS
                                    : RunWords.WIDE_BITS);
            int sum = 0;
            if (pairs) {
                for (bit += bit & 1; bit < end; bit += 2) {
                    sum -= adds[bit];
                }
            } else {
                for (; bit < end; bit++) {
                    sum -= adds[bit];
                }
                sum >>= 1;
            }
            bit = end;
            clears[i] = (short) sum;
        }
    }

    private void writeTables(int quad, int place) {
        int step = width(quad) * LANES;
        short[] out = tables[quad];
        int at = place * LANES;
        int bit = 0;
        for (int i = 0; i < clears.length; ) {
            for (int k = 0; k < RunWords.NARROW; k++) {
                ShortVector sums = ShortVector.broadcast(Lanes.SHORTS, clears[i]);
                for (int b = 0; b < RunWords.NARROW_BITS; b++) {
                    ShortVector mask = ShortVector.fromArray(Lanes.SHORTS, MASKS, b * LANES);
                    sums = sums.add(mask.and(adds[bit + b]));
                }
                sums.intoArray(out, at);
                at += step;
                bit += RunWords.NARROW_BITS;
                i++;
            }
            for (int k = 0; k < RunWords.WIDE; k++) {
                ShortVector sums = ShortVector.broadcast(Lanes.SHORTS, clears[i]);
                for (int b = 0; b < RunWords.NARROW_BITS; b++) {
                    ShortVector mask = ShortVector.fromArray(Lanes.SHORTS, MASKS, b * LANES);
                    sums = sums.add(mask.and(adds[bit + b]));
                }
                sums.intoArray(out, at);
                sums.add(adds[bit + RunWords.NARROW_BITS]).intoArray(out, at + step);
                at += 2 * step;
                bit += RunWords.WIDE_BITS;
                i++;
            }
        }
    }

    @Override
    public int tokens() {
        return tokens;
    }

    /** What this tile was made for. */
    RunLayout layout() {
        return layout;
    }

    /** Quads that hold tokens: 1 or 2. */
    int quads() {
        return Math.ceilDiv(tokens, QUAD);
    }

    /** Tables side by side in a quad: 1 or 4. */
    int width(int quad) {
        return tokens - quad * QUAD == 1 ? 1 : QUAD;
    }

    /** Tables of a quad. */
    short[] tables(int quad) {
        return tables[quad];
    }

    /** What the sum of a group is a multiple of: [token][group]. */
    float[] factors() {
        return factors;
    }

    /** Sums of the whole numbers of each group: [token][group]. */
    int[] sums() {
        return sums;
    }

    /** Work arrays for the threads that read this tile. */
    ScratchPool<RunScratch> scratch() {
        return scratch;
    }
}
