package dev.trilobit.cli.io;

import java.time.Duration;
import java.util.Optional;
import java.util.function.IntSupplier;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;

/**
 * A bar on standard error for work that may take long, drawn only for a person and only when it
 * does; it is wiped when the work is over. It shows how much is done and how long the rest will
 * take at the pace so far, on one line of the terminal: a name too long for that is shortened.
 */
public final class ProgressBar implements AutoCloseable {
    /** Work that is over sooner shows nothing. */
    static final Duration PATIENCE = Duration.ofMillis(500);

    private static final Duration BETWEEN_DRAWINGS = Duration.ofMillis(100);
    private static final int LENGTH = 24;
    private static final int SHORT_LENGTH = 8;
    private static final String DOTS = "...";
    private static final String WIPE_LINE = "\r\033[K";

    private final String label;
    private final LongFunction<String> amount;
    private final StandardStreams streams;
    private final LongSupplier nanoTime;
    private final Optional<Pace> pace;
    private final IntSupplier columns;
    private final long start;
    private int width;
    private long nextDrawing;
    private boolean drawn;

    /**
     * Starts the clock.
     *
     * @param label what goes on, such as {@code loading a-model}
     * @param amount writes the total for people, such as {@link ByteCount#text}
     * @param nanoTime as {@link System#nanoTime}
     */
    public ProgressBar(
            String label,
            LongFunction<String> amount,
            StandardStreams streams,
            LongSupplier nanoTime) {
        this(label, amount, streams, nanoTime, Optional.empty(), TerminalWidth::columns);
    }

    private ProgressBar(
            String label,
            LongFunction<String> amount,
            StandardStreams streams,
            LongSupplier nanoTime,
            Optional<Pace> pace,
            IntSupplier columns) {
        this.label = label;
        this.amount = amount;
        this.streams = streams;
        this.nanoTime = nanoTime;
        this.pace = pace;
        this.columns = columns;
        start = nanoTime.getAsLong();
        nextDrawing = start + PATIENCE.toNanos();
    }

    /** Returns this bar for a terminal of another width, before it is drawn. */
    ProgressBar within(int terminalColumns) {
        return new ProgressBar(label, amount, streams, nanoTime, pace, () -> terminalColumns);
    }

    /** Returns the last name of a path, as much as a line has room for. */
    public static String nameOf(String place) {
        String trimmed = place.replaceAll("[/\\\\]+$", "");
        String name = trimmed.replaceFirst(".*[/\\\\]", "");
        return name.isEmpty() ? place : name;
    }

    /**
     * Makes a bar for the loading of a model, in bytes.
     *
     * @param model its name or place
     */
    public static ProgressBar loading(String model, StandardStreams streams) {
        return new ProgressBar(
                "loading " + nameOf(model), ByteCount::text, streams, System::nanoTime);
    }

    /**
     * Makes a bar for a download, in bytes: it shows the pace of the last seconds too, and does not
     * count what was there before.
     */
    public static ProgressBar fetching(String model, StandardStreams streams) {
        return fetching(model, streams, System::nanoTime);
    }

    static ProgressBar fetching(String model, StandardStreams streams, LongSupplier nanoTime) {
        return new ProgressBar(
                "fetching " + model,
                ByteCount::text,
                streams,
                nanoTime,
                Optional.of(new Pace()),
                TerminalWidth::columns);
    }

    /**
     * Makes a bar for work on tokens.
     *
     * @param work what goes on, such as {@code comparing}
     */
    public static ProgressBar tokens(String work, StandardStreams streams) {
        return new ProgressBar(work, TokenCount::text, streams, System::nanoTime);
    }

    /**
     * Tells how far the work is.
     *
     * @param done of {@code total}, in the unit of the amount
     */
    public void report(long done, long total) {
        report(done, total, "");
    }

    /**
     * Tells how far the work is and what came of it so far.
     *
     * @param news shown after the bar; may be empty
     */
    public void report(long done, long total, String news) {
        long now = nanoTime.getAsLong();
        pace.ifPresent(it -> it.report(now, done));
        if (!streams.isTerminal(StandardStream.ERR) || now - nextDrawing < 0 || total <= 0) {
            return;
        }
        nextDrawing = now + BETWEEN_DRAWINGS.toNanos();
        drawn = true;
        double share = Math.clamp((double) done / total, 0, 1);
        String figures =
                " %d %% of %s%s"
                        .formatted(
                                (int) (share * 100),
                                amount.apply(total),
                                left(done, total, now - start));
        String tail = news.isEmpty() ? "" : "; " + TerminalText.line(news);
        streams.err().print(WIPE_LINE + line(share, figures, tail));
        streams.err().flush();
    }

    /** Of what is too long, the bar gives way first, then the news, then the label. */
    private String line(double share, String figures, String news) {
        if (width == 0) {
            width = columns.getAsInt();
        }
        // A terminal goes to the next line when its last column is written.
        int most = Math.max(width - 1, 0);
        String name = TerminalText.line(label);
        String line = name + bar(share, LENGTH) + figures + news;
        if (line.length() <= most) {
            return line;
        }
        String middle = bar(share, SHORT_LENGTH) + figures;
        int room = most - middle.length();
        String tail = shortened(news, Math.max(room / 2, room - name.length()));
        line = shortened(name, room - tail.length()) + middle + tail;
        return line.substring(0, Math.min(line.length(), most));
    }

    private static String bar(double share, int length) {
        int filled = (int) (share * length);
        return " [%s%s]".formatted("#".repeat(filled), "-".repeat(length - filled));
    }

    /** Leaves the middle out: of names the ends tell most. */
    private static String shortened(String text, int length) {
        if (text.length() <= length) {
            return text;
        }
        int kept = Math.max(length - DOTS.length(), 0);
        return text.substring(0, kept - kept / 2)
                + DOTS.substring(0, Math.clamp(length, 0, DOTS.length()))
                + text.substring(text.length() - kept / 2);
    }

    /** The pace, if it is of interest, and the time that the rest takes at it. */
    private String left(long done, long total, long elapsedNanos) {
        double perSecond = pace.map(Pace::perSecond).orElse(done / (elapsedNanos / 1e9));
        if (perSecond <= 0) {
            return "";
        }
        String time = time(Math.round(Math.max(total - done, 0) / perSecond));
        return pace.isPresent()
                ? ", %s/s, %s".formatted(amount.apply(Math.round(perSecond)), time)
                : ", " + time;
    }

    private static String time(long seconds) {
        if (seconds < 60) {
            return seconds + " s left";
        }
        long minutes = seconds / 60;
        return minutes < 60
                ? "%d min %d s left".formatted(minutes, seconds % 60)
                : "%d h %d min left".formatted(minutes / 60, minutes % 60);
    }

    /** Wipes the bar, if there is one, so that a line can be printed; it comes back. */
    public void clear() {
        if (drawn) {
            streams.err().print(WIPE_LINE);
            streams.err().flush();
            drawn = false;
        }
    }

    /** Wipes the bar, if there is one. */
    @Override
    public void close() {
        clear();
    }
}
