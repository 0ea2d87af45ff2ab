package dev.trilobit.backend.cpu;

/** The scales, or the biases, of a matrix with groups, however they are kept. Immutable. */
interface GroupScales {
    /** Bytes kept. */
    long byteSize();

    /**
     * Writes the f32 values of some groups of a block, [group][rows of the block].
     *
     * @param out element (from, 0) goes to {@code out[at]}
     */
    void expand(int block, int from, int to, float[] out, int at);
}
