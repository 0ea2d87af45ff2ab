package dev.trilobit.cli.bench.measure;

import dev.trilobit.cli.io.UsageException;
import java.util.ArrayList;
import java.util.List;

/** Reads lists of counts such as {@code 0,512,1024}. */
public final class CountList {
    private CountList() {}

    /**
     * Returns the counts of {@code text} in its order, each once.
     *
     * @param option for messages
     * @param least smallest count that makes sense
     * @throws UsageException if there is none, or one is no number from {@code least}
     */
    public static List<Integer> parse(String option, String text, int least) {
        var counts = new ArrayList<Integer>();
        for (String part : text.split(",", -1)) {
            int count = count(option, text, part.strip(), least);
            if (!counts.contains(count)) {
                counts.add(count);
            }
        }
        return List.copyOf(counts);
    }

    private static int count(String option, String text, String part, int least) {
        try {
            int count = Integer.parseInt(part);
            if (count >= least) {
                return count;
            }
        } catch (NumberFormatException _) {
            // Said below, together with numbers that are too small.
        }
        throw new UsageException(
                "%s: expected numbers from %d separated by commas, got '%s' in '%s'"
                        .formatted(option, least, part, text));
    }
}
