package dev.trilobit.backend.cpu;

import dev.trilobit.api.quant.RowDecoder;

/** Looks up rows of the embedding. */
final class EmbedStep implements Step {
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
    public void run() {
        for (int t = 0; t < tokens.count(); t++) {
            table.copyRow(tokens.id(t), out, t * width);
        }
    }
}
