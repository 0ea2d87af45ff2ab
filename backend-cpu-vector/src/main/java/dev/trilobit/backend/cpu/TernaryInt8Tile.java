package dev.trilobit.backend.cpu;

import jdk.incubator.vector.ShortVector;

/**
 * Tokens rounded to int8, as tables of the sums that each {@link TernaryWords} index stands for.
 *
 * <p>Tokens are held in one or two quads. A quad with one token has tables [lookup][lanes], any
 * other [lookup][4][lanes], absent tokens being zero: lookups of several tokens share the index.
 */
final class TernaryInt8Tile implements ActivationTile {
    /** Tokens that one kernel call computes together. */
    static final int QUAD = 4;

    private static final int LANES = TernaryWords.LANES;

    /** Digit t of every table entry, for each column of an index. */
    private static final short[] TRITS = trits();

    private final int cols;
    private final int lookups;
    private final int[] codes;
    private final short[][] tables;
    private final float[] scales = new float[MAX_TOKENS];
    private final ScratchPool<int[]> scratch =
            new ScratchPool<>(() -> new int[TernaryInt8Matrix.SCRATCH_INTS]);
    private int tokens;

    /** Makes a tile without tokens for inputs of {@code cols} elements. */
    TernaryInt8Tile(int cols) {
        this.cols = cols;
        this.lookups = TernaryWords.words(cols) * TernaryWords.LOOKUPS;
        this.codes = new int[lookups * TernaryWords.TRITS];
        int tableShorts = Math.multiplyExact(lookups, QUAD * LANES);
        this.tables = new short[][] {new short[tableShorts], new short[tableShorts]};
    }

    @Override
    public void load(float[] x, int offset, int stride, int tokens) {
        begin(tokens);
        for (int t = 0; t < tokens; t++) {
            float s = Int8Rounding.scale(x, offset + t * stride, cols);
            Int8Rounding.round(x, offset + t * stride, cols, s, codes);
            scales[t] = s;
            expand(t);
        }
        fillQuads();
    }

    /**
     * Takes over tokens that are int8 already.
     *
     * @param q token t's element k is {@code q[t * cols + k]}
     * @param s real value of an element is q / s
     */
    void loadCodes(byte[] q, float s, int tokens) {
        begin(tokens);
        for (int t = 0; t < tokens; t++) {
            for (int k = 0; k < cols; k++) {
                codes[k] = q[t * cols + k];
            }
            scales[t] = s;
            expand(t);
        }
        fillQuads();
    }

    private void begin(int count) {
        if (count < 1 || count > MAX_TOKENS) {
            throw new IllegalArgumentException(
                    "%d tokens: a tile holds 1 to %d".formatted(count, MAX_TOKENS));
        }
        tokens = count;
    }

    /** Writes the tables of a token from {@link #codes}, whose padding is always zero. */
    private void expand(int token) {
        int width = width(token / QUAD);
        short[] table = tables[token / QUAD];
        int at = token % QUAD * LANES;
        ShortVector first = ShortVector.fromArray(Lanes.SHORTS, TRITS, 0);
        ShortVector second = ShortVector.fromArray(Lanes.SHORTS, TRITS, LANES);
        ShortVector third = ShortVector.fromArray(Lanes.SHORTS, TRITS, 2 * LANES);
        for (int i = 0, c = 0; i < lookups; i++, c += TernaryWords.TRITS) {
            ShortVector sums = first.mul((short) codes[c]);
            if (TernaryWords.TRITS > 1) {
                sums = sums.add(second.mul((short) codes[c + 1]));
            }
            if (TernaryWords.TRITS > 2) {
                sums = sums.add(third.mul((short) codes[c + 2]));
            }
            sums.intoArray(table, at);
            at += width * LANES;
        }
    }

    /** Zeroes the tables of the tokens that the last quad lacks. */
    private void fillQuads() {
        int quad = (tokens - 1) / QUAD;
        if (width(quad) == 1) {
            return;
        }
        ShortVector zero = ShortVector.zero(Lanes.SHORTS);
        for (int t = tokens; t < (quad + 1) * QUAD; t++) {
            for (int i = 0; i < lookups; i++) {
                zero.intoArray(tables[quad], (i * QUAD + t % QUAD) * LANES);
            }
        }
    }

    @Override
    public int tokens() {
        return tokens;
    }

    /** Elements of a token. */
    int cols() {
        return cols;
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

    /** Factor s by which a token was multiplied before rounding. */
    float scale(int token) {
        return scales[token];
    }

    /** Work arrays for the threads that read this tile. */
    ScratchPool<int[]> scratch() {
        return scratch;
    }

    private static short[] trits() {
        short[] digits = new short[3 * LANES];
        for (int i = 0; i < TernaryWords.TRITS * LANES; i++) {
            digits[i] = (short) TernaryWords.trit(i % LANES, i / LANES);
        }
        return digits;
    }
}
