package dev.trilobit.cli.bench.plot;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds room for the labels of dots; where there is none, a label is left out. */
final class LabelPlaces {
    private static final double LETTER = 7.2;
    private static final double LINE = 14;
    private static final double GAP = 8;

    private final List<Box> taken = new ArrayList<>();

    /** A rectangle. */
    private record Box(double left, double top, double right, double bottom) {
        boolean meets(Box other) {
            return left < other.right
                    && other.left < right
                    && top < other.bottom
                    && other.top < bottom;
        }
    }

    /**
     * Where a text begins.
     *
     * @param x left edge
     * @param y base line
     */
    record Place(double x, double y) {}

    /** Keeps labels off a dot. */
    void keepFree(double x, double y) {
        taken.add(new Box(x - GAP / 2, y - GAP / 2, x + GAP / 2, y + GAP / 2));
    }

    /**
     * Finds a place beside a dot.
     *
     * @param right edge that nothing may cross
     */
    Optional<Place> find(double x, double y, String label, double right) {
        double width = label.length() * LETTER;
        List<Place> candidates =
                List.of(
                        new Place(x + GAP, y - GAP / 2),
                        new Place(x + GAP, y + LINE),
                        new Place(x - GAP - width, y - GAP / 2),
                        new Place(x - GAP - width, y + LINE));
        for (Place place : candidates) {
            var box = new Box(place.x(), place.y() - LINE, place.x() + width, place.y() + 2);
            if (box.right() <= right && taken.stream().noneMatch(box::meets)) {
                taken.add(box);
                return Optional.of(place);
            }
        }
        return Optional.empty();
    }
}
