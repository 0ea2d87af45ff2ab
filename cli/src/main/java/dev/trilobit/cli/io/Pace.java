package dev.trilobit.cli.io;

import java.time.Duration;

/**
 * How fast work goes on now: its pace over the last seconds. What was done before the first report
 * does not count.
 */
final class Pace {
    /** Long enough to be steady, short enough to show that a connection got slow. */
    private static final double WINDOW_SECONDS = 5;

    private static final long SHORTEST_STEP = Duration.ofMillis(200).toNanos();

    private boolean started;
    private long lastTime;
    private long lastDone;
    private double perSecond;
    private boolean known;

    /**
     * Hears how far the work is.
     *
     * @param nanoTime now
     * @param done so far; less than before if work was lost
     */
    void report(long nanoTime, long done) {
        if (!started) {
            started = true;
            lastTime = nanoTime;
            lastDone = done;
            return;
        }
        long step = nanoTime - lastTime;
        if (step < SHORTEST_STEP) {
            return;
        }
        double seconds = step / 1e9;
        double current = Math.max(done - lastDone, 0) / seconds;
        // An exponential average, whose weight depends on how long the step was.
        double weight = known ? 1 - Math.exp(-seconds / WINDOW_SECONDS) : 1;
        perSecond += weight * (current - perSecond);
        known = true;
        lastTime = nanoTime;
        lastDone = done;
    }

    /** Returns units a second; 0 if nothing is known yet. */
    double perSecond() {
        return perSecond;
    }
}
