package dev.trilobit.conformance.metric;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Runs the same tokens through a reference and through others, whatever either would have chosen,
 * and compares the logits position by position. One row of each is in memory at a time.
 */
public final class TeacherForcing {
    private final List<int[]> chunks;
    private final double tieWidth;

    /**
     * Prepares a comparison.
     *
     * @param chunks token sequences, each started from an empty cache
     * @param tieWidth see {@link PositionAgreement#of}
     */
    public TeacherForcing(List<int[]> chunks, double tieWidth) {
        this.chunks = List.copyOf(chunks);
        this.tieWidth = tieWidth;
    }

    /** Hears how far a comparison is. Called from the comparing thread. */
    @FunctionalInterface
    public interface Progress {
        /** Hears nothing. */
        Progress NONE = (_, _) -> {};

        /**
         * A chunk is done.
         *
         * @param doneTokens of all chunks
         * @param totalTokens of all chunks
         */
        void report(long doneTokens, long totalTokens);
    }

    /**
     * Compares.
     *
     * @param others at least one
     * @return an agreement for each of {@code others}, in their order
     * @throws IllegalArgumentException if there are no chunks or a row has another width than the
     *     reference's
     */
    public List<Agreement> compare(
            LogitSource reference, List<? extends LogitSource> others, Progress progress) {
        var tallies = new ArrayList<Tally>();
        for (var _ : others) {
            tallies.add(new Tally(tieWidth));
        }
        long total = chunks.stream().mapToLong(chunk -> chunk.length).sum();
        long done = 0;
        for (int c = 0; c < chunks.size(); c++) {
            compare(c, reference, others, tallies);
            done += chunks.get(c).length;
            progress.report(done, total);
        }
        return tallies.stream().map(Tally::agreement).toList();
    }

    private void compare(
            int chunk,
            LogitSource reference,
            List<? extends LogitSource> others,
            List<Tally> tallies) {
        int[] tokens = chunks.get(chunk);
        Deque<LogitCursor> opened = new ArrayDeque<>();
        try {
            var cursors = new ArrayList<LogitCursor>();
            for (LogitSource other : others) {
                cursors.add(other.open(tokens.clone()));
                opened.push(cursors.getLast());
            }
            LogitCursor wanted = reference.open(tokens.clone());
            opened.push(wanted);
            for (int t = 0; t < tokens.length; t++) {
                double[] row = LogProbabilities.of(wanted.next());
                int following = t + 1 < tokens.length ? tokens[t + 1] : -1;
                for (int i = 0; i < cursors.size(); i++) {
                    double[] other = LogProbabilities.of(cursors.get(i).next());
                    tallies.get(i).add(chunk, t, following, row, other);
                }
            }
        } finally {
            while (!opened.isEmpty()) {
                opened.pop().close();
            }
        }
    }

    /** What is known of one of the others so far. */
    private static final class Tally {
        private final double tieWidth;
        private final List<PositionAgreement> positions = new ArrayList<>();
        private Perplexity referenceLoss = Perplexity.NONE;
        private Perplexity loss = Perplexity.NONE;

        Tally(double tieWidth) {
            this.tieWidth = tieWidth;
        }

        void add(int chunk, int position, int following, double[] reference, double[] other) {
            positions.add(
                    PositionAgreement.ofLogProbabilities(
                            chunk, position, reference, other, tieWidth));
            if (following >= 0) {
                referenceLoss = referenceLoss.with(-reference[following]);
                loss = loss.with(-other[following]);
            }
        }

        Agreement agreement() {
            return new Agreement(positions, referenceLoss, loss);
        }
    }
}
