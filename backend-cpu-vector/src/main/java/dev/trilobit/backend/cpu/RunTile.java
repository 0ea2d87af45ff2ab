package dev.trilobit.backend.cpu;

import java.util.Arrays;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Tokens rounded to int8, as tables of the sums that each index of {@link RunWords} stands for.
 *
 * <p>Tokens are held in parts of at most four. A part of one token has tables
 * [word][vector][lanes], others [word][vector][2 or 4][lanes], absent tokens being zero: lookups of
 * several tokens share the index.
 */
final class RunTile implements ActivationTile {
    /** Most tokens that one kernel call computes together. */
    static final int PART = 4;

    private static final int LANES = RunWords.LANES;
    private static final short[] MASKS = RunWords.masks();

    /** Bits of a word at the places of its codes of two bits. */
    private static final int LOW_BITS = 0x5555;

    private final RunLayout layout;
    private final int[] codes;

    /** What each bit of each word adds if it is set; zero for padding. */
    private final short[] adds;

    /** [part][word][vector][width][lanes]. */
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
        int shorts = Math.multiplyExact(layout.words(), PART * RunWords.TABLE_SHORTS);
        this.tables = new short[Math.ceilDiv(MAX_TOKENS, PART)][shorts];
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
            writeTables(t / PART, t % PART);
        }
        int last = parts() - 1;
        if (count < last * PART + width(last)) {
            Arrays.fill(adds, (short) 0);
            for (int t = count; t < last * PART + width(last); t++) {
                writeTables(last, t % PART);
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
        int set = layout.values() == CodeValue.SIGN ? 2 : 1;
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
                for (int i = 0; i < size; i++) {
                    adds[at + i] = (short) (set * codes[col + i]);
                }
            }
        }
    }

    /**
     * Writes the tables of one token. A sign is -1 where its bit is not set: half of what all bits
     * of an index add is taken off each entry. A code of two bits is looked up less one: what their
     * low bits add is.
     */
    private void writeTables(int part, int place) {
        boolean signs = layout.values() == CodeValue.SIGN;
        boolean pairs = layout.bits() == 2;
        int step = width(part) * LANES;
        short[] out = tables[part];
        int at = place * LANES;
        int word = 0;
        for (int j = 0; j < layout.words(); j++) {
            int bit = 0;
            for (int k = 0; k < RunWords.NARROW; k++) {
                ShortVector table = partialSums(word + bit);
                if (signs) {
                    table = table.sub(entry(table, LANES - 1).lanewise(VectorOperators.ASHR, 1));
                } else if (pairs) {
                    table = table.sub(entry(table, LOW_BITS >> (bit & 1) & (LANES - 1)));
                }
                table.intoArray(out, at);
                at += step;
                bit += RunWords.NARROW_BITS;
            }
            for (int k = 0; k < RunWords.WIDE; k++) {
                ShortVector low = partialSums(word + bit);
                ShortVector high = low.add(adds[word + bit + RunWords.NARROW_BITS]);
                if (signs) {
                    ShortVector half = entry(high, LANES - 1).lanewise(VectorOperators.ASHR, 1);
                    low = low.sub(half);
                    high = high.sub(half);
                } else if (pairs) {
                    int set = LOW_BITS >> (bit & 1) & (2 * LANES - 1);
                    ShortVector one = entry(set < LANES ? low : high, set & (LANES - 1));
                    low = low.sub(one);
                    high = high.sub(one);
                }
                low.intoArray(out, at);
                high.intoArray(out, at + step);
                at += 2 * step;
                bit += RunWords.WIDE_BITS;
            }
            word += Short.SIZE;
        }
    }

    /** Sums of what the bits of an index into one vector add, for every such index. */
    private ShortVector partialSums(int bit) {
        ShortVector sums = ShortVector.fromArray(Lanes.SHORTS, MASKS, 0).and(adds[bit]);
        for (int b = 1; b < RunWords.NARROW_BITS; b++) {
            ShortVector mask = ShortVector.fromArray(Lanes.SHORTS, MASKS, b * LANES);
            sums = sums.add(mask.and(adds[bit + b]));
        }
        return sums;
    }

    /** One entry of a table in all lanes. */
    private static ShortVector entry(ShortVector table, int lane) {
        return ShortVector.broadcast(Lanes.SHORTS, lane).selectFrom(table);
    }

    @Override
    public int tokens() {
        return tokens;
    }

    @Override
    public ActivationTile another() {
        return new RunTile(layout);
    }

    /** What this tile was made for. */
    RunLayout layout() {
        return layout;
    }

    /** Parts that hold tokens. */
    int parts() {
        return Math.ceilDiv(tokens, PART);
    }

    /** Tables side by side in a part: 1, 2 or 4. */
    int width(int part) {
        int count = tokens - part * PART;
        return count <= 2 ? count : PART;
    }

    /** Tables of a part. */
    short[] tables(int part) {
        return tables[part];
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
