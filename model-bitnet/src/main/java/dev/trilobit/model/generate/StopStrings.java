package dev.trilobit.model.generate;

import java.util.List;

/**
 * Finds stop strings in text that comes in pieces. Text that could still become one is held back,
 * so that nothing of a stop string is ever given out. Of several the one that is complete first
 * counts, of those that end together the longest: how the text is cut into pieces changes nothing.
 */
public final class StopStrings {
    private final List<String> stops;
    private final StringBuilder held = new StringBuilder();
    private boolean found;

    /**
     * Starts with no text.
     *
     * @param stops may be empty
     * @throws IllegalArgumentException if one of them is empty
     */
    public StopStrings(List<String> stops) {
        this.stops = List.copyOf(stops);
        if (this.stops.contains("")) {
            throw new IllegalArgumentException(
                    "stop strings: expected none that is empty, got " + stops);
        }
    }

    /**
     * Takes a piece.
     *
     * @return the text that is certain now; once a stop string is found, what was before it, and
     *     after that nothing
     */
    public String accept(String piece) {
        if (found) {
            return "";
        }
        held.append(piece);
        int stop = firstStop();
        if (stop >= 0) {
            found = true;
            return take(stop);
        }
        return take(held.length() - longestBeginning());
    }

    /** Tells whether a stop string has appeared. */
    public boolean found() {
        return found;
    }

    /** Ends the text: returns what was held back, nothing if a stop string was found. */
    public String flush() {
        return found ? "" : take(held.length());
    }

    private String take(int length) {
        String text = held.substring(0, length);
        held.delete(0, length);
        return text;
    }

    /** Where the stop string begins that is complete first; -1 if none is. */
    private int firstStop() {
        int start = -1;
        int end = Integer.MAX_VALUE;
        for (String stop : stops) {
            int at = held.indexOf(stop);
            if (at >= 0) {
                int stopEnd = at + stop.length();
                if (stopEnd < end || (stopEnd == end && at < start)) {
                    start = at;
                    end = stopEnd;
                }
            }
        }
        return start;
    }

    /** Length of the longest end of the held text that begins a stop string. */
    private int longestBeginning() {
        int longest = 0;
        for (String stop : stops) {
            int most = Math.min(stop.length() - 1, held.length());
            for (int length = most; length > longest; length--) {
                if (stop.startsWith(held.substring(held.length() - length))) {
                    longest = length;
                }
            }
        }
        return longest;
    }
}
