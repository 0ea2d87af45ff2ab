package dev.trilobit.backend.cpu;

/**
 * What a family of kernels wants of its input. Layouts are records, so that equal ones share one
 * tile.
 */
interface TileLayout {
    /** Makes an empty tile. */
    ActivationTile newTile();
}
