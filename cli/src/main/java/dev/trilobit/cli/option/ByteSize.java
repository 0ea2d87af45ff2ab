package dev.trilobit.cli.option;

import dev.trilobit.cli.io.UsageException;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers of bytes as people write them. */
final class ByteSize {
    private static final Pattern SIZE = Pattern.compile("(\\d{1,15})\\s*([KMGT]?I?B?)");
    private static final Map<String, Long> UNITS =
            Map.of(
                    "", 1L,
                    "K", 1_000L,
                    "M", 1_000_000L,
                    "G", 1_000_000_000L,
                    "T", 1_000_000_000_000L,
                    "KI", 1L << 10,
                    "MI", 1L << 20,
                    "GI", 1L << 30,
                    "TI", 1L << 40);

    private ByteSize() {}

    /**
     * Reads for instance {@code 2GB}, {@code 500M} or {@code 4GiB}.
     *
     * @throws UsageException naming {@code option} if it is none
     */
    static long require(String option, String text) {
        Matcher match = SIZE.matcher(text.toUpperCase(Locale.ROOT));
        if (match.matches()) {
            Long unit = UNITS.get(match.group(2).replace("B", ""));
            long number = Long.parseLong(match.group(1));
            if (unit != null && number > 0 && number <= Long.MAX_VALUE / unit) {
                return number * unit;
            }
        }
        throw new UsageException(
                "%s: expected a size such as 2GB or 500MB, got '%s'".formatted(option, text));
    }
}
