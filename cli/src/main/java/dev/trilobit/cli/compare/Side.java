package dev.trilobit.cli.compare;

import dev.trilobit.conformance.metric.LogitSource;

/** A or B, open. */
sealed interface Side extends AutoCloseable permits ModelSide, FileSide {
    /** Returns {@code A} or {@code B}. */
    String name();

    /** Returns where the logits come from; of a model the backend too, once it is chosen. */
    String label();

    /**
     * Prepares to score; called once.
     *
     * @param sequences what will be scored, in this order
     * @param vocabulary logits of a position
     * @return valid until this is closed
     */
    LogitSource scoring(Sequences sequences, int vocabulary);

    @Override
    void close();
}
