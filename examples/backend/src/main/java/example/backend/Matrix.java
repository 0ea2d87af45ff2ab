package example.backend;

/** A weight matrix as it is kept. Immutable: all sessions share it. */
interface Matrix {
    /** Returns the product with a token's input: one number a row. */
    float[] multiply(TokenInput in);

    /** Returns a row as numbers: an embedding, or the gain of a norm. */
    float[] row(int row);

    /** Returns the bytes it takes. */
    long byteSize();
}
