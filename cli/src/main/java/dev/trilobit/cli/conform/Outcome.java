package dev.trilobit.cli.conform;

import dev.trilobit.conformance.contract.CheckResult;

/**
 * What a check found, and on what.
 *
 * @param model label of the model that was tried; empty if it made its own programs
 * @param result of the check
 */
record Outcome(String model, CheckResult result) {
    /** Returns a title for people. */
    String title() {
        return result.contract() + ": " + result.check();
    }
}
