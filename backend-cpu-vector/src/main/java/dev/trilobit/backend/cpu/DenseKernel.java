package dev.trilobit.backend.cpu;

import java.lang.foreign.MemorySegment;

/**
 * Inner products of rows as they lie in a file, without the columns past the last whole step. A
 * lane adds its products in order of columns, alike for one token and for four; who calls adds up
 * the lanes.
 */
sealed interface DenseKernel permits DenseBf16Kernel, DenseF16Kernel, DenseF32Kernel {
    /**
     * Multiplies four rows with one token.
     *
     * @param w little-endian values
     * @param row0 byte offset of the first row; rows may be the same
     * @param x activations in the order of {@link DenseTile}, the token's first at {@code at}
     * @param length columns to multiply, a multiple of a step
     * @param out out: [row][lanes]
     */
    void oneToken(
            MemorySegment w,
            long row0,
            long row1,
            long row2,
            long row3,
            float[] x,
            int at,
            int length,
            float[] out);

    /**
     * Multiplies two rows with four tokens.
     *
     * @param w little-endian values
     * @param row0 byte offset of the first row; rows may be the same
     * @param x activations in the order of {@link DenseTile}
     * @param at0 the first token's first element; tokens may be the same
     * @param length columns to multiply, a multiple of a step
     * @param out out: [row][token][lanes]
     */
    void fourTokens(
            MemorySegment w,
            long row0,
            long row1,
            float[] x,
            int at0,
            int at1,
            int at2,
            int at3,
            int length,
            float[] out);
}
