package example.backend;

/** A token's input, arranged so that a bit mask selects what is summed. */
interface MaskedSums {
    /**
     * Returns the sum of the values whose columns are set; exact if the values are integers.
     *
     * @param word number of the word, as {@link WordLayout} counts
     * @param mask columns of that word
     */
    double sum(int word, long mask);
}
