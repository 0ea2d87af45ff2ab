package dev.trilobit.backend.cpu;

/**
 * What a family of kernels wants of its input. Layouts are records, so that equal ones share their
 * tiles.
 */
interface TileLayout {
    /** Makes an empty tile. */
    ActivationTile newTile();

    /** Most tokens of a tile, a multiple of four. */
    default int tokens() {
        return ActivationTile.MAX_TOKENS;
    }

    /** Most tiles that a step fills before it multiplies. */
    default int tiles() {
        return 8;
    }
}
