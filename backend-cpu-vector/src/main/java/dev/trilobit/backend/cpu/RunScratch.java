package dev.trilobit.backend.cpu;

import java.util.Arrays;

/** Work arrays of a thread that multiplies with a {@link RunMatrix}. */
final class RunScratch {
    /** Words between two visits to the scales: with one token, and with tables of four in L1. */
    private static final int ONE_TOKEN_WORDS = 128;

    private static final int PART_WORDS = 16;

    private final int oneTokenGroups;
    private final int partGroups;
    private final short[] dots;
    private final float[] scales;
    private final float[] biases;
    private final float[] scaled;
    private final float[] biased;

    RunScratch(RunLayout layout) {
        oneTokenGroups = groups(layout, ONE_TOKEN_WORDS);
        partGroups = groups(layout, PART_WORDS);
        int rows = RunWords.BLOCK_ROWS;
        dots = new short[Math.max(oneTokenGroups, RunTile.PART * partGroups) * rows];
        scales = new float[oneTokenGroups * rows];
        biases = new float[oneTokenGroups * rows];
        scaled = new float[ActivationTile.MAX_TOKENS * RunMatrix.SPAN_ROWS];
        biased = new float[ActivationTile.MAX_TOKENS * RunMatrix.SPAN_ROWS];
    }

    private static int groups(RunLayout layout, int words) {
        return Math.min(layout.groups(), Math.max(1, words / layout.groupWords()));
    }

    /** Groups that are summed up before their scales are applied. */
    int groups(boolean oneToken) {
        return oneToken ? oneTokenGroups : partGroups;
    }

    /** Sums: [token of a part][group][lanes of a block]. */
    short[] dots() {
        return dots;
    }

    /** Scales: [group][rows of a block]. */
    float[] scales() {
        return scales;
    }

    /** Biases: [group][rows of a block]. */
    float[] biases() {
        return biases;
    }

    /** Sums of scaled groups: [token][rows of a span]. */
    float[] scaled() {
        return scaled;
    }

    /** Sums of biases: [token][rows of a span]. */
    float[] biased() {
        return biased;
    }

    /** Begins a span of some blocks. */
    void clear(int tokens, int blocks) {
        for (int t = 0; t < tokens; t++) {
            int from = t * RunMatrix.SPAN_ROWS;
            int to = from + blocks * RunWords.BLOCK_ROWS;
            Arrays.fill(scaled, from, to, 0);
            Arrays.fill(biased, from, to, 0);
        }
    }
}
