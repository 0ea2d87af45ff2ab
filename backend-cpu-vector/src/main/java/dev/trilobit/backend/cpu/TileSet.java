package dev.trilobit.backend.cpu;

import java.util.ArrayList;
import java.util.List;

/** The tiles of one layout and session, made when a step first needs them. */
final class TileSet {
    private final TileLayout layout;
    private final List<ActivationTile> tiles = new ArrayList<>();

    TileSet(TileLayout layout) {
        this.layout = layout;
        tiles.add(layout.newTile());
    }

    /** What the tiles were made for. */
    TileLayout layout() {
        return layout;
    }

    /** Makes sure that there are {@code count} tiles. */
    void reserve(int count) {
        while (tiles.size() < count) {
            tiles.add(tiles.getFirst().another());
        }
    }

    /** Tile {@code index}, which must be reserved. */
    ActivationTile get(int index) {
        return tiles.get(index);
    }
}
