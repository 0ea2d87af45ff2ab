package dev.trilobit.model.generate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StopStringsTest {
    @Test
    void withoutStopsTextPassesThrough() {
        var stops = new StopStrings(List.of());

        assertEquals("abc", stops.accept("abc"));
        assertEquals("", stops.flush());
        assertFalse(stops.found());
    }

    @Test
    void stopInsideAPieceCutsIt() {
        var stops = new StopStrings(List.of("END"));

        assertEquals("before ", stops.accept("before END after"));
        assertTrue(stops.found());
        assertEquals("", stops.accept("more"));
        assertEquals("", stops.flush());
    }

    @Test
    void whatCouldBecomeAStopIsHeldBack() {
        var stops = new StopStrings(List.of("\nUser:"));

        assertEquals("Hi.", stops.accept("Hi.\n"));
        assertEquals("", stops.accept("Us"));
        assertEquals("", stops.accept("er"));
        assertEquals("\nUsers", stops.accept("s"));
        assertFalse(stops.found());
    }

    @Test
    void stopOverSeveralPiecesIsFound() {
        var stops = new StopStrings(List.of("\nUser:"));

        assertEquals("Hi.", stops.accept("Hi.\n"));
        assertEquals("", stops.accept("User"));
        assertEquals("", stops.accept(": ok"));
        assertTrue(stops.found());
    }

    @Test
    void repeatedBeginningIsNotMissed() {
        var stops = new StopStrings(List.of("aab"));

        assertEquals("", stops.accept("aa"));
        assertEquals("a", stops.accept("a"));
        assertEquals("", stops.accept("b"));
        assertTrue(stops.found());
    }

    @Test
    void flushGivesWhatWasHeldBack() {
        var stops = new StopStrings(List.of("###"));

        assertEquals("x", stops.accept("x##"));
        assertEquals("##", stops.flush());
        assertFalse(stops.found());
    }

    @Test
    void ofSeveralStopsTheOneThatIsCompleteFirstCounts() {
        var stops = new StopStrings(List.of("bcde", "cd"));

        assertEquals("ab", stops.accept("abcdef"));
    }

    @Test
    void ofStopsThatEndTogetherTheLongestCounts() {
        var stops = new StopStrings(List.of("cd", "bcd"));

        assertEquals("a", stops.accept("abcdef"));
    }

    @Test
    void emptyStopIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new StopStrings(List.of("a", "")));
    }

    /** However a text is cut into pieces, what comes out is the text before the first stop. */
    @Test
    void anyCutGivesTheSameText() {
        var random = new Random(7);
        for (int round = 0; round < 2000; round++) {
            String text = randomText(random, 30);
            List<String> stops = List.of(randomText(random, 3) + "a", randomText(random, 2) + "b");
            var cutter = new StopStrings(stops);
            var out = new StringBuilder();
            for (int at = 0; at < text.length() && !cutter.found(); ) {
                int to = Math.min(text.length(), at + 1 + random.nextInt(3));
                out.append(cutter.accept(text.substring(at, to)));
                at = to;
            }
            out.append(cutter.flush());

            assertEquals(beforeFirstStop(text, stops), out.toString(), text + " " + stops);
        }
    }

    /** The stop that is complete first ends the text; of those ending together, the longest. */
    private static String beforeFirstStop(String text, List<String> stops) {
        for (int end = 1; end <= text.length(); end++) {
            for (int start = 0; start < end; start++) {
                if (stops.contains(text.substring(start, end))) {
                    return text.substring(0, start);
                }
            }
        }
        return text;
    }

    private static String randomText(Random random, int most) {
        var text = new StringBuilder();
        int length = random.nextInt(most + 1);
        for (int i = 0; i < length; i++) {
            text.append((char) ('a' + random.nextInt(3)));
        }
        return text.toString();
    }
}
