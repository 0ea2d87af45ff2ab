package dev.trilobit.cli.perplexity;

import dev.trilobit.cli.io.CommandFailedException;
import dev.trilobit.cli.io.ProgressBar;
import dev.trilobit.conformance.metric.LogProbabilities;
import dev.trilobit.conformance.metric.LogitCursor;
import dev.trilobit.conformance.metric.LogitSource;
import dev.trilobit.conformance.metric.Perplexity;
import java.util.List;
import java.util.Locale;

/** Scores token sequences. */
final class TextScore {
    private final LogitSource source;
    private final int firstScored;
    private final ProgressBar progress;
    private Perplexity sofar = Perplexity.NONE;

    /**
     * Prepares to score.
     *
     * @param firstScored position in every sequence of the first token that is scored, from 1
     */
    TextScore(LogitSource source, int firstScored, ProgressBar progress) {
        this.source = source;
        this.firstScored = firstScored;
        this.progress = progress;
    }

    /**
     * Scores all.
     *
     * @throws CommandFailedException if a logit is not a number
     */
    Perplexity of(List<int[]> sequences) {
        long total = sequences.stream().mapToLong(tokens -> tokens.length).sum();
        long done = 0;
        for (int i = 0; i < sequences.size(); i++) {
            score(i, sequences.get(i), done, total);
            done += sequences.get(i).length;
            report(done, total);
        }
        return sofar;
    }

    private void score(int sequence, int[] tokens, long done, long total) {
        try (LogitCursor rows = source.open(tokens.clone())) {
            for (int at = 1; at < tokens.length; at++) {
                double[] row = rows.next();
                if (at < firstScored) {
                    continue;
                }
                double loss = -LogProbabilities.of(row)[tokens[at]];
                if (Double.isNaN(loss)) {
                    throw new CommandFailedException(
                            "chunk %d, position %d: a logit is NaN or infinite; there is no perplexity"
                                    .formatted(sequence + 1, at - 1));
                }
                sofar = sofar.with(loss);
                report(done + at, total);
            }
        }
    }

    private void report(long done, long total) {
        String news =
                sofar.tokens() == 0
                        ? ""
                        : String.format(Locale.ROOT, "perplexity %.4f so far", sofar.value());
        progress.report(done, total, news);
    }
}
