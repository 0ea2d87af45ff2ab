package dev.trilobit.cli.bench;

import dev.trilobit.api.backend.TokenTraffic;
import dev.trilobit.cli.bench.measure.Samples;
import dev.trilobit.cli.io.PeakMemory;
import java.util.List;
import java.util.Optional;

/**
 * What was measured with one number of threads.
 *
 * @param threads as asked for, or {@code auto}
 * @param program facts of the compiled program
 * @param read bytes a second of the plain read loop with as many threads
 * @param check of the logits
 * @param results in the order of the plan
 */
record ThreadRun(
        String threads,
        Compiled program,
        Samples read,
        LogitCheck check,
        List<TestResult> results) {
    /**
     * A program on a backend.
     *
     * @param seconds to compile it
     * @param repackedBytes its weights take, besides what stays mapped from the file
     * @param traffic of a token
     * @param exactVerify whether logits do not depend on the steps
     * @param batchTokens of one forward of a prompt
     * @param contextTokens of a session
     * @param memory most that the process held until the tests were over
     */
    record Compiled(
            double seconds,
            long repackedBytes,
            TokenTraffic traffic,
            boolean exactVerify,
            int batchTokens,
            int contextTokens,
            PeakMemory memory) {
        /** Returns the bytes of a cache with all positions. */
        long cacheBytes() {
            return traffic.cacheBytesPerPosition() * contextTokens;
        }

        /**
         * Returns what the peak is to stay below: weights and cache with 15 % for what is made on
         * the way, and 150 MB for the virtual machine.
         */
        long memoryBoundBytes() {
            return Math.round(1.15 * (repackedBytes + cacheBytes())) + 150_000_000;
        }
    }

    ThreadRun {
        results = List.copyOf(results);
    }

    /** Returns the bytes of weights and cache that one forward of a test reads. */
    double bytesPerStep(TokenTest test) {
        return program.traffic().bytesAt(test.middle());
    }

    /** Returns the bytes of weights and cache that one repetition reads. */
    double bytes(TokenTest test) {
        int step = test.stepTokens(program.batchTokens());
        return Math.ceilDiv(test.appended(), step) * bytesPerStep(test);
    }

    /** Returns the bytes a second that a test read: each step reads all weights and the cache. */
    Samples bytesPerSecond(TestResult result) {
        double bytes = bytes(result.test());
        return result.seconds().map(seconds -> bytes / seconds);
    }

    /** Returns the share of the plain read loop's bandwidth that a test reached. */
    double shareOfRead(TestResult result) {
        return bytesPerSecond(result).median() / read.median();
    }

    /**
     * Returns the time of a step in steps of one token at the same depth; empty for other kinds.
     */
    Optional<Double> cost(TestResult result) {
        TokenTest test = result.test();
        var one = new TokenTest(TokenTest.Kind.STEP, 1, test.depth());
        return results.stream()
                .filter(other -> test.kind() == TokenTest.Kind.STEP && other.test().equals(one))
                .findFirst()
                .map(other -> result.seconds().median() / other.seconds().median());
    }
}
