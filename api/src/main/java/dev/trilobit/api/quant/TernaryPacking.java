package dev.trilobit.api.quant;

/** Where the 2-bit code {@code t + 1} of a ternary weight lies; code 3 is not used. */
public enum TernaryPacking {
    /**
     * Four neighbours of a row share a byte, first in the low bits: weight (r, c) is bits {@code 2
     * * (c % 4)} of byte {@code r * ceil(cols / 4) + c / 4}. Rows start on a byte.
     */
    CONSECUTIVE,
    /**
     * The layout of Hugging Face's packed BitNet files: four rows a quarter of the matrix apart
     * share a byte. With {@code q = rows / 4}, weight (r, c) is bits {@code 2 * (r / q)} of byte
     * {@code (r % q) * cols + c}. Rows are a multiple of 4. Source: transformers {@code
     * integrations/bitnet.py}, {@code unpack_weights}.
     */
    ROW_QUARTERS
}
