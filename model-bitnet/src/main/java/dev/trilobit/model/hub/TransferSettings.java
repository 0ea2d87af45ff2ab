package dev.trilobit.model.hub;

import java.time.Duration;

/**
 * How hard to try.
 *
 * @param connections at once for one file, at least 1
 * @param pieceBytes of a file fetched by one request, at least 1
 * @param connectTimeout until a connection stands
 * @param stallTimeout without a byte until a request counts as dead
 * @param attempts in a row that bring nothing until it is given up, at least 1
 * @param firstPause before the second attempt; doubles each time, up to 30 s
 */
public record TransferSettings(
        int connections,
        long pieceBytes,
        Duration connectTimeout,
        Duration stallTimeout,
        int attempts,
        Duration firstPause) {
    private static final TransferSettings DEFAULTS =
            new TransferSettings(
                    6,
                    32L << 20,
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(30),
                    6,
                    Duration.ofSeconds(1));

    public TransferSettings {
        if (connections < 1 || pieceBytes < 1 || attempts < 1) {
            throw new IllegalArgumentException(
                    "expected connections, piece bytes and attempts from 1, got %d, %d and %d"
                            .formatted(connections, pieceBytes, attempts));
        }
        if (!connectTimeout.isPositive() || !stallTimeout.isPositive() || firstPause.isNegative()) {
            throw new IllegalArgumentException(
                    "expected times above 0, got %s, %s and %s"
                            .formatted(connectTimeout, stallTimeout, firstPause));
        }
    }

    /** Returns what suits the public hub. */
    public static TransferSettings defaults() {
        return DEFAULTS;
    }

    /** Returns the same with at most as many attempts. */
    TransferSettings withAttemptsUpTo(int most) {
        return new TransferSettings(
                connections,
                pieceBytes,
                connectTimeout,
                stallTimeout,
                Math.min(attempts, most),
                firstPause);
    }
}
