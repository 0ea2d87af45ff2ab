package dev.trilobit.cli.bench;

/**
 * One repetition of a test.
 *
 * @param seconds it took
 * @param allocatedBytes on the heap meanwhile, by all threads
 */
record Lap(double seconds, long allocatedBytes) {}
