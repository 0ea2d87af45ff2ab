package dev.trilobit.cli.load;

import dev.trilobit.api.backend.CompileProgress;
import dev.trilobit.cli.io.ByteCount;
import dev.trilobit.cli.io.StandardStream;
import dev.trilobit.cli.io.StandardStreams;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * A bar on standard error while a model loads, drawn only for a person and only when it takes long;
 * it is wiped when loading is over.
 */
public final class LoadProgress implements CompileProgress, AutoCloseable {
    /** Loading that is over sooner shows nothing. */
    static final Duration PATIENCE = Duration.ofMillis(500);

    private static final Duration BETWEEN_DRAWINGS = Duration.ofMillis(100);
    private static final int WIDTH = 24;
    private static final String WIPE_LINE = "\r\033[K";

    private final String label;
    private final StandardStreams streams;
    private final LongSupplier nanoTime;
    private long nextDrawing;
    private boolean drawn;

    public LoadProgress(String label, StandardStreams streams, LongSupplier nanoTime) {
        this.label = label;
        this.streams = streams;
        this.nanoTime = nanoTime;
        nextDrawing = nanoTime.getAsLong() + PATIENCE.toNanos();
    }

    @Override
    public void report(long doneBytes, long totalBytes) {
        long now = nanoTime.getAsLong();
        if (!streams.isTerminal(StandardStream.ERR) || now - nextDrawing < 0 || totalBytes <= 0) {
            return;
        }
        nextDrawing = now + BETWEEN_DRAWINGS.toNanos();
        drawn = true;
        double share = Math.clamp((double) doneBytes / totalBytes, 0, 1);
        int filled = (int) (share * WIDTH);
        String bar = "#".repeat(filled) + "-".repeat(WIDTH - filled);
        streams.err()
                .print(
                        "%sloading %s [%s] %d %% of %s"
                                .formatted(
                                        WIPE_LINE,
                                        label,
                                        bar,
                                        (int) (share * 100),
                                        ByteCount.text(totalBytes)));
        streams.err().flush();
    }

    /** Wipes the bar, if there is one. */
    @Override
    public void close() {
        if (drawn) {
            streams.err().print(WIPE_LINE);
            streams.err().flush();
        }
    }
}
