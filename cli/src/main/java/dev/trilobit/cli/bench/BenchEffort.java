package dev.trilobit.cli.bench;

/**
 * How much is done for steady figures.
 *
 * @param repetitions of each test
 * @param warmUpSeconds of tests that do not count, before the first
 * @param readings of the read loop
 * @param check whether to compare logits with the conformance runner's
 */
record BenchEffort(int repetitions, double warmUpSeconds, int readings, boolean check) {
    /** A reading takes milliseconds. */
    static final int READINGS = 25;
}
