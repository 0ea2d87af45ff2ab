package dev.trilobit.model.hub;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/** Counts failures in a row and waits longer after each. */
final class Backoff {
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    /** What a server may ask for; who asks for more is told to the user instead. */
    private static final Duration LONGEST_WISH = Duration.ofMinutes(5);

    private static final Duration WORTH_TELLING = Duration.ofSeconds(3);

    private final String what;
    private final TransferSettings settings;
    private final Consumer<String> waiting;
    private int failures;
    private long quietSince = System.nanoTime();

    /**
     * Starts with none.
     *
     * @param what goes on, for messages
     * @param waiting hears of pauses that people notice, attempts that took long among them
     */
    Backoff(String what, TransferSettings settings, Consumer<String> waiting) {
        this.what = what;
        this.settings = settings;
        this.waiting = waiting;
    }

    /** Forgets earlier failures: something went well. */
    void reset() {
        failures = 0;
        quietSince = System.nanoTime();
    }

    /**
     * Waits before the next attempt.
     *
     * @throws HubException if there were too many failures, or the server asks for too long a wait
     */
    void pause(IOException problem) throws InterruptedException {
        failures++;
        if (failures >= settings.attempts()) {
            throw new HubException(
                    "%s: %s (%d attempts); try again later"
                            .formatted(what, describe(problem), failures),
                    problem);
        }
        Duration wish = problem instanceof BusyException busy ? busy.retryAfter() : Duration.ZERO;
        if (wish.compareTo(LONGEST_WISH) > 0) {
            throw new HubException(
                    "%s: %s and asks to wait %d s; try again then"
                            .formatted(what, describe(problem), wish.toSeconds()),
                    problem);
        }
        Duration pause = wish.isPositive() ? wish : growing();
        Duration quiet = Duration.ofNanos(System.nanoTime() - quietSince).plus(pause);
        if (quiet.compareTo(WORTH_TELLING) >= 0) {
            waiting.accept(
                    "%s: %s; next attempt in %d s"
                            .formatted(what, describe(problem), pause.toSeconds()));
            quietSince = System.nanoTime();
        }
        Thread.sleep(pause);
    }

    private Duration growing() {
        long millis = settings.firstPause().toMillis() << Math.min(failures - 1, 20);
        long most = Math.min(millis, LONGEST_PAUSE.toMillis());
        // Spread, so that many who were cut off together do not come back together.
        return Duration.ofMillis(most / 2 + ThreadLocalRandom.current().nextLong(most / 2 + 1));
    }

    /** Returns what went wrong; some exceptions of the JDK have no message. */
    static String describe(IOException problem) {
        String message = problem.getMessage();
        return HubPath.printable(
                message == null || message.isBlank()
                        ? problem.getClass().getSimpleName()
                        : message);
    }
}
