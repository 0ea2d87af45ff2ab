package dev.trilobit.cli.run;

import java.time.Duration;

/** Notes when a run reached its marks. */
final class RunClock {
    private final long start = System.nanoTime();
    private long loaded = start;
    private long firstText = start;

    /** The model is open. */
    void loaded() {
        loaded = System.nanoTime();
    }

    /** A piece of text came. */
    void heard() {
        if (firstText == start) {
            firstText = System.nanoTime();
        }
    }

    /** Returns the time it took to open the model. */
    Duration load() {
        return Duration.ofNanos(loaded - start);
    }

    /** Returns the time from the command's beginning to its first text; zero if there was none. */
    Duration firstText() {
        return Duration.ofNanos(firstText - start);
    }
}
