package dev.trilobit.backend.cpu;

/**
 * Input of {@link TernaryInt8Matrix}: tokens rounded to int8, and for few tokens expanded to lookup
 * tables.
 *
 * @param cols elements of a token
 */
record TernaryInt8Layout(int cols) implements TileLayout {
    @Override
    public ActivationTile newTile() {
        return new TernaryInt8Tile(cols);
    }

    @Override
    public int tokens() {
        return TernaryInt8Tile.MOST_TOKENS;
    }

    @Override
    public int tiles() {
        return 16;
    }
}
