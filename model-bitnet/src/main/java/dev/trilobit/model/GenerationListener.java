package dev.trilobit.model;

/** Hears the text while it is generated, on the generating thread. */
@FunctionalInterface
public interface GenerationListener {
    /** Hears nothing and never cancels. */
    GenerationListener NONE = _ -> true;

    /**
     * Hears the next piece.
     *
     * @param piece never empty, never half a character; together the pieces are the text of the
     *     result
     * @return whether to go on; after false nothing more is heard and the result is {@link
     *     StopReason#CANCELLED}
     */
    boolean text(String piece);
}
