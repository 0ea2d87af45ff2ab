package dev.trilobit.conformance.mutant;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.conformance.contract.CheckResult;
import dev.trilobit.conformance.contract.Subject;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The suite tries itself: the backend that keeps every contract breaks, with any one fault planted
 * in it, the contract that is there to find it.
 */
class MutantTest {
    /** What a mutant that breaks itself would throw, rather than do the planted thing. */
    private static final Pattern CRASH =
            Pattern.compile("IndexOutOfBounds|NullPointer|ClassCast|NegativeArray|Error");

    @ParameterizedTest
    @EnumSource
    void aPlantedFaultIsFound(Fault fault, TestReporter reporter) {
        var provider = new ScalarProvider(Faults.of(fault));
        try {
            Optional<CheckResult> found =
                    Trials.firstFailure(
                            Trials.contract(fault.contract()), fault, Subject.of(provider));

            assertTrue(found.isPresent(), () -> "survives: " + fault.what());
            String said = Trials.describe(found.orElseThrow());
            reporter.publishEntry(fault.name(), said);
            assertFalse(CRASH.matcher(said).find(), () -> "the mutant broke itself: " + said);
        } finally {
            provider.endLeakedThreads();
        }
    }
}
