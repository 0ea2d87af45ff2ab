package dev.trilobit.backend.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Work arrays of a thread that loads or multiplies {@link TernaryInt8Tile}s. */
final class TernaryScratch {
    /** Sums, [token][row of a span]. */
    final int[] sums =
            new int
                    [TernaryInt8Tile.MOST_TOKENS
                            * TernaryInt8Matrix.SPAN_BLOCKS
                            * TernaryWords.BLOCK_ROWS];

    /** Tables of a chunk for a quad of tokens. */
    final MemorySegment tables =
            newTables(
                    (long) TernaryWords.CHUNK_WORDS * TernaryWords.LOOKUPS * TernaryInt8Tile.QUAD);

    /** Int16 sums on their way to {@link #sums}. */
    final short[] lanes = new short[8 * TernaryWords.LANES];

    /** A token's codes. */
    final int[] codes;

    TernaryScratch(int cols) {
        codes = new int[cols];
    }

    /**
     * Makes room for tables. Native, so that tables begin with a cache line and the bounds of a
     * loop are checked before it; freed with the session, whose tiles alone refer to it.
     */
    static MemorySegment newTables(long count) {
        return Arena.ofAuto().allocate(count * TernaryWords.LANES * Short.BYTES, 64);
    }
}
