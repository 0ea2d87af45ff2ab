package dev.trilobit.model.text;

/** Splits ordinary text into the pieces of a vocabulary. Safe for use by several threads. */
interface PieceEncoder extends AutoCloseable {
    /** Where a run of ordinary text stands; it decides whether a space is put in front. */
    enum Place {
        /** At the start of a text. */
        START,
        /** After an added token. */
        AFTER_TOKEN,
        /** In the middle of a text whose first part is already encoded. */
        INSIDE
    }

    /**
     * Encodes text without added tokens.
     *
     * @param text without unpaired surrogates
     * @return the ids, nothing added in front or behind
     * @throws dev.trilobit.model.file.ModelFormatException if the vocabulary lacks what the text
     *     needs
     * @throws IllegalArgumentException if the text has millions of whitespace characters in a row
     * @throws IllegalStateException if this is closed
     */
    int[] encode(String text, Place place);

    /** Frees what is native. Idempotent. */
    @Override
    void close();
}
