package dev.trilobit.conformance.transformers;

import dev.trilobit.conformance.metric.LogitCursor;
import dev.trilobit.conformance.metric.LogitSource;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;

/** Logits that another program wrote down for some token sequences. */
final class RecordedLogits implements LogitSource {
    private final List<int[]> sequences;
    private final int vocabulary;
    private final Numbers numbers;

    /** Numbers of a file, in the order of sequences, positions and token ids. */
    @FunctionalInterface
    interface Numbers {
        double at(int index);
    }

    /**
     * Holds a recording.
     *
     * @param sequences all of one length
     */
    RecordedLogits(List<int[]> sequences, int vocabulary, Numbers numbers) {
        this.sequences = List.copyOf(sequences);
        this.vocabulary = vocabulary;
        this.numbers = numbers;
    }

    List<int[]> sequences() {
        return sequences;
    }

    @Override
    public LogitCursor open(int[] tokens) {
        int first = 0;
        for (int[] sequence : sequences) {
            if (Arrays.equals(sequence, tokens)) {
                return new Rows(first, tokens.length);
            }
            first += sequence.length;
        }
        throw new IllegalArgumentException("not recorded: " + Arrays.toString(tokens));
    }

    /** Rows from one on. */
    private final class Rows implements LogitCursor {
        private final int last;
        private int next;

        Rows(int first, int count) {
            this.next = first;
            this.last = first + count;
        }

        @Override
        public double[] next() {
            if (next == last) {
                throw new NoSuchElementException("row " + next);
            }
            var row = new double[vocabulary];
            for (int i = 0; i < vocabulary; i++) {
                row[i] = numbers.at(next * vocabulary + i);
            }
            next++;
            return row;
        }

        @Override
        public void close() {
            // Nothing to free.
        }
    }
}
