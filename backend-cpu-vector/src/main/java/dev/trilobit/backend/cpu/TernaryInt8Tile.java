package dev.trilobit.backend.cpu;

import jdk.incubator.vector.ShortVector;

/**
 * Tokens rounded to int8. Up to {@link #EXPANDED_TOKENS} are also held as tables of the sums that
 * each {@link TernaryWords} index stands for; with more, kernels make the tables on their way, a
 * chunk of words at a time, because all of them would not fit the cache.
 *
 * <p>Tokens are multiplied in passes over the weights of a chunk. The first pass waits for memory
 * and takes two tokens at most, which hides that best; the last passes take four each.
 */
final class TernaryInt8Tile implements ActivationTile {
    /** Tokens of the widest pass. */
    static final int QUAD = 4;

    /** Most tokens of a tile. */
    static final int MOST_TOKENS = 32;

    /** Most tokens whose tables are made when they are loaded. */
    static final int EXPANDED_TOKENS = 8;

    private static final int LANES = TernaryWords.LANES;

    /** Digit t of every table entry, for each column of an index. */
    private static final short[] TRITS = trits();

    private final int cols;
    private final int lookups;
    private final ScratchPool<TernaryScratch> scratch;
    private final float[] scales = new float[MOST_TOKENS];

    /** Rounded tokens, [token][columns padded with 0]. */
    private short[] codes = {};

    /**
     * The tables of a pass begin at its first token: [token of the pass 0][lookup][width][lanes].
     */
    private short[] tables = {};

    /** Sum of magnitudes of a chunk's activations, [token][chunk]. */
    private final int[] magnitudes;

    private int tokens;
    private float[] source = {};
    private int sourceOffset;
    private int sourceStride;

    /** Makes a tile without tokens for inputs of {@code cols} elements. */
    TernaryInt8Tile(int cols) {
        this(cols, new ScratchPool<>(() -> new TernaryScratch(cols)));
    }

    private TernaryInt8Tile(int cols, ScratchPool<TernaryScratch> scratch) {
        this.cols = cols;
        this.lookups = TernaryWords.words(cols) * TernaryWords.LOOKUPS;
        this.magnitudes = new int[MOST_TOKENS * chunks()];
        this.scratch = scratch;
    }

    @Override
    public ActivationTile another() {
        return new TernaryInt8Tile(cols, scratch);
    }

    @Override
    public void load(float[] x, int offset, int stride, int tokens) {
        loadParts(0, begin(x, offset, stride, tokens));
    }

    @Override
    public int begin(float[] x, int offset, int stride, int tokens) {
        begin(tokens);
        source = x;
        sourceOffset = offset;
        sourceStride = stride;
        return tokens;
    }

    @Override
    public void loadParts(int from, int to) {
        TernaryScratch work = scratch.borrow();
        for (int t = from; t < to; t++) {
            int offset = sourceOffset + t * sourceStride;
            float s = Int8Rounding.scale(source, offset, cols);
            Int8Rounding.round(source, offset, cols, s, work.codes);
            take(t, work.codes, s);
        }
        scratch.release(work);
    }

    /**
     * Takes over tokens that are int8 already.
     *
     * @param q token t's element k is {@code q[t * cols + k]}
     * @param s real value of an element is q / s
     */
    void loadCodes(byte[] q, float s, int tokens) {
        begin(tokens);
        TernaryScratch work = scratch.borrow();
        for (int t = 0; t < tokens; t++) {
            for (int k = 0; k < cols; k++) {
                work.codes[k] = q[t * cols + k];
            }
            take(t, work.codes, s);
        }
        scratch.release(work);
    }

    private void take(int token, int[] q, float s) {
        int at = token * paddedCols();
        for (int k = 0; k < cols; k++) {
            codes[at + k] = (short) q[k];
        }
        scales[token] = s;
        int chunkCols = TernaryWords.CHUNK_WORDS * TernaryWords.WORD_COLS;
        for (int chunk = 0; chunk < chunks(); chunk++) {
            int to = Math.min((chunk + 1) * chunkCols, cols);
            int sum = 0;
            for (int k = chunk * chunkCols; k < to; k++) {
                sum += Math.abs(q[k]);
            }
            magnitudes[token * chunks() + chunk] = sum;
        }
        expand(token);
    }

    private void begin(int count) {
        if (count < 1 || count > MOST_TOKENS) {
            throw new IllegalArgumentException(
                    "%d tokens: a tile holds 1 to %d".formatted(count, MOST_TOKENS));
        }
        tokens = count;
        if (codes.length < count * paddedCols()) {
            codes = new short[Math.multiplyExact(count, paddedCols())];
        }
        if (expanded() && tables.length < count * lookups * LANES) {
            tables = new short[Math.multiplyExact(count, lookups * LANES)];
        }
    }

    private int chunks() {
        return TernaryWords.chunks(lookups / TernaryWords.LOOKUPS);
    }

    /** Returns a magnitude that no sum of products over a chunk exceeds, whatever the weights. */
    int largestSum(int chunk) {
        int largest = 0;
        for (int t = 0; t < tokens; t++) {
            largest = Math.max(largest, magnitudes[t * chunks() + chunk]);
        }
        return largest;
    }

    private int paddedCols() {
        return lookups * TernaryWords.TRITS;
    }

    private void expand(int token) {
        if (expanded()) {
            int pass = 0;
            while (token >= firstToken(pass) + width(pass)) {
                pass++;
            }
            int at = tableOffset(pass) + (token - firstToken(pass)) * LANES;
            expand(token, 0, lookups, tables, at, width(pass) * LANES);
        }
    }

    /** Writes the tables of a token for some lookups, the first to {@code out[at]}. */
    private void expand(int token, int from, int to, short[] out, int at, int stride) {
        ShortVector first = ShortVector.fromArray(Lanes.SHORTS, TRITS, 0);
        ShortVector second = ShortVector.fromArray(Lanes.SHORTS, TRITS, LANES);
        ShortVector third = ShortVector.fromArray(Lanes.SHORTS, TRITS, 2 * LANES);
        int c = token * paddedCols() + from * TernaryWords.TRITS;
        int o = at;
        for (int i = from; i < to; i++) {
            ShortVector sums = first.mul(codes[c]);
            if (TernaryWords.TRITS > 1) {
                sums = sums.add(second.mul(codes[c + 1]));
            }
            if (TernaryWords.TRITS > 2) {
                sums = sums.add(third.mul(codes[c + 2]));
            }
            sums.intoArray(out, o);
            c += TernaryWords.TRITS;
            o += stride;
        }
    }

    /**
     * Writes the tables of a pass for the lookups of one chunk, [lookup][width][lanes].
     *
     * @param words of the chunk
     */
    void expandChunk(int pass, int chunk, int words, short[] out) {
        int from = chunk * TernaryWords.CHUNK_WORDS * TernaryWords.LOOKUPS;
        int to = from + words * TernaryWords.LOOKUPS;
        int width = width(pass);
        for (int t = 0; t < width; t++) {
            expand(firstToken(pass) + t, from, to, out, t * LANES, width * LANES);
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

    /** Tells whether {@link #tables} hold the tokens. */
    boolean expanded() {
        return tokens <= EXPANDED_TOKENS;
    }

    /** Passes: one or two of one or two tokens, then those of four. */
    int passes() {
        return quads() + (rest() + 1) / 2;
    }

    private int quads() {
        return (tokens - 1) / QUAD;
    }

    /** Tokens before the first quad: 1 to 4. */
    private int rest() {
        return tokens - quads() * QUAD;
    }

    /** First token of a pass. */
    int firstToken(int pass) {
        int pairs = (rest() + 1) / 2;
        return pass < pairs ? 2 * pass : rest() + (pass - pairs) * QUAD;
    }

    /** Tokens of a pass: 1, 2 or 4. */
    int width(int pass) {
        int pairs = (rest() + 1) / 2;
        return pass < pairs ? Math.min(2, rest() - 2 * pass) : QUAD;
    }

    /** Tables of all passes. */
    short[] tables() {
        return tables;
    }

    /** Where the tables of a pass begin. */
    int tableOffset(int pass) {
        return firstToken(pass) * lookups * LANES;
    }

    /** Factor s by which a token was multiplied before rounding. */
    float scale(int token) {
        return scales[token];
    }

    /** Work arrays for the threads that load or read this tile. */
    ScratchPool<TernaryScratch> scratch() {
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
