package example.backend;

/**
 * Where the columns of a row lie in words of 64 bits. Every group of weights that share a scale
 * begins a word; bits past the end of a group stay zero.
 *
 * @param cols columns of the matrix
 * @param groupSize columns that share a scale; the last group may be shorter
 */
record WordLayout(int cols, int groupSize) {
    int groups() {
        return Math.ceilDiv(cols, groupSize);
    }

    /** Words that hold a group. */
    int groupWords() {
        return Math.ceilDiv(Math.min(groupSize, cols), Long.SIZE);
    }

    /** Words that hold a row. */
    int words() {
        return groups() * groupWords();
    }

    int word(int col) {
        return col / groupSize * groupWords() + col % groupSize / Long.SIZE;
    }

    /** The bit of a column in its word. */
    long bit(int col) {
        return 1L << col % groupSize % Long.SIZE;
    }

    /** The column of a word's lowest bit; past the last one if the word holds none. */
    int firstColumn(int word) {
        return word / groupWords() * groupSize + word % groupWords() * Long.SIZE;
    }

    /** The bits of a word that hold columns. */
    long columns(int word) {
        long end = Math.min(cols, (word / groupWords() + 1L) * groupSize);
        long count = Math.clamp(end - firstColumn(word), 0, Long.SIZE);
        return count == 0 ? 0 : -1L >>> Long.SIZE - count;
    }
}
