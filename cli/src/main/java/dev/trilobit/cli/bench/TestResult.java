package dev.trilobit.cli.bench;

import dev.trilobit.cli.bench.measure.Samples;
import java.util.List;

/**
 * A test and what was measured.
 *
 * @param laps one for each repetition
 */
record TestResult(TokenTest test, List<Lap> laps) {
    TestResult {
        laps = List.copyOf(laps);
    }

    /** Returns the seconds of each repetition. */
    Samples seconds() {
        return new Samples(laps.stream().map(Lap::seconds).toList());
    }

    /** Returns tokens a second of each repetition. */
    Samples tokensPerSecond() {
        return seconds().map(seconds -> test.appended() / seconds);
    }

    /** Returns the heap bytes that a token allocated, the median of the repetitions. */
    double allocatedBytesPerToken() {
        return allocatedBytes().median();
    }

    /** Returns the heap bytes of a token in the repetition that allocated most. */
    double mostAllocatedBytesPerToken() {
        return allocatedBytes().most();
    }

    private Samples allocatedBytes() {
        return new Samples(laps.stream().map(lap -> (double) lap.allocatedBytes()).toList())
                .map(bytes -> bytes / test.appended());
    }
}
