package dev.trilobit.backend.cpu;

/**
 * Tokens for {@link DenseMatrix}, [token][cols]. Where a load holds two columns a lane, each step
 * has its even columns before its odd ones; the columns past the last whole step are in order.
 */
final class DenseTile implements ActivationTile {
    /** Rows times tokens that a kernel call computes. */
    static final int SUMS = 8;

    private static final int LANES = Lanes.FLOATS.length();

    private final DenseLayout layout;
    private final TokenRounding rounding;
    private final float[] values;
    private final ScratchPool<float[]> scratch = new ScratchPool<>(() -> new float[SUMS * LANES]);
    private int tokens;

    /** Makes a tile without tokens. */
    DenseTile(DenseLayout layout) {
        this.layout = layout;
        this.rounding = new TokenRounding(layout.quant(), layout.cols());
        this.values = new float[Math.multiplyExact(MAX_TOKENS, layout.cols())];
    }

    @Override
    public void load(float[] x, int offset, int stride, int count) {
        if (count < 1 || count > MAX_TOKENS) {
            throw new IllegalArgumentException(
                    "%d tokens: a tile holds 1 to %d".formatted(count, MAX_TOKENS));
        }
        tokens = count;
        for (int t = 0; t < count; t++) {
            float[] token = rounding.apply(x, offset + t * stride);
            int from = rounding.offset(offset + t * stride);
            System.arraycopy(token, from, values, t * layout.cols(), layout.cols());
            if (layout.stepCols() > LANES) {
                splitPairs(token, from, t * layout.cols());
            }
        }
    }

    private void splitPairs(float[] token, int from, int at) {
        for (int c = 0; c < layout.wholeCols(); c += 2 * LANES) {
            for (int i = 0; i < LANES; i++) {
                values[at + c + i] = token[from + c + 2 * i];
                values[at + c + LANES + i] = token[from + c + 2 * i + 1];
            }
        }
    }

    @Override
    public int tokens() {
        return tokens;
    }

    @Override
    public ActivationTile another() {
        return new DenseTile(layout);
    }

    /** What this tile was made for. */
    DenseLayout layout() {
        return layout;
    }

    /** Activations, [token][cols]. */
    float[] values() {
        return values;
    }

    /** Work arrays for the threads that read this tile. */
    ScratchPool<float[]> scratch() {
        return scratch;
    }
}
