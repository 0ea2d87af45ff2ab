package dev.trilobit.conformance.gguf;

/** Where a file has the rows of a matrix. */
@FunctionalInterface
interface GgufRows {
    /** Rows as Hugging Face has them. */
    GgufRows AS_THEY_ARE = row -> row;

    /** Returns the row of the file for a row of Hugging Face. */
    int stored(int row);

    /**
     * Returns the rows of query and key projections of Llama as llama.cpp's converter moves them: a
     * head is reshaped to [2, headDim / 2], transposed and reshaped back.
     */
    static GgufRows pairs(int headDim) {
        return row -> {
            int head = row / headDim;
            int half = row % headDim / (headDim / 2);
            int pair = row % (headDim / 2);
            return head * headDim + pair * 2 + half;
        };
    }
}
