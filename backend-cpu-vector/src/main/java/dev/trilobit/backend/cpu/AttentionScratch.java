package dev.trilobit.backend.cpu;

/**
 * Work arrays of attention, one set a thread, shared by all layers of a session because they run
 * one after the other. Grows with the positions in use rather than to the whole context.
 */
final class AttentionScratch {
    private final float[][] scores;
    private final float[][] sums;

    /** Makes empty arrays. */
    AttentionScratch(int threads) {
        scores = new float[threads][0];
        sums = new float[threads][0];
    }

    /**
     * Makes room; what the arrays held is lost.
     *
     * @param positions scores of a head
     * @param stride elements of a head, rounded up to the lanes
     */
    void reserve(int positions, int stride) {
        int pages = Math.ceilDiv(positions, KvCache.PAGE);
        if (scores[0].length < pages * KvCache.PAGE) {
            // Twice what is needed, so that a growing text seldom comes here.
            int length = Math.multiplyExact(2 * pages, KvCache.PAGE);
            for (int i = 0; i < scores.length; i++) {
                scores[i] = new float[length];
            }
        }
        if (sums[0].length < stride) {
            for (int i = 0; i < sums.length; i++) {
                sums[i] = new float[stride];
            }
        }
    }

    /** Scores of all positions, a whole number of pages. */
    float[] scores(int worker) {
        return scores[worker];
    }

    /** Weighted sum of values. */
    float[] sum(int worker) {
        return sums[worker];
    }
}
