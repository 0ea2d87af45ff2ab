package dev.trilobit.backend.cpu;

import dev.trilobit.api.quant.RowDecoder;

/** Looks up rows of the embedding. */
final class EmbedStep implements TokenStep {
    private final StepTokens tokens;
    private final RowDecoder table;
    private final float[] out;
    private final int width;

    EmbedStep(StepTokens tokens, RowDecoder table, float[] out, int width) {
        this.tokens = tokens;
        this.table = table;
        this.out = out;
        this.width = width;
    }

    @Override
    public StepTokens tokens() {
        return tokens;
    }

    @Override
    public void run(int from, int to, int worker) {
        for (int t = from; t < to; t++) {
            table.copyRow(tokens.id(t), out, t * width);
        }
    }
}
