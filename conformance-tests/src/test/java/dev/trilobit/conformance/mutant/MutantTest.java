package dev.trilobit.conformance.mutant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.conformance.Contracts;
import dev.trilobit.conformance.contract.Check;
import dev.trilobit.conformance.contract.CheckResult;
import dev.trilobit.conformance.contract.Contract;
import dev.trilobit.conformance.contract.Subject;
import dev.trilobit.conformance.contract.Trial;
import dev.trilobit.conformance.contract.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The suite tries itself: a backend that shares nothing with any other keeps every contract, and
 * with any one fault planted in it breaks the contract that is there to find it.
 */
class MutantTest {
    /** A backend of tests is not installed, and its provider is not public. */
    private static final Set<String> NEED_INSTALLATION =
            Set.of(
                    "the provider has a public no-argument constructor",
                    "the service loader finds the provider once",
                    "a request by name chooses the backend and the report says so",
                    "a request for an unknown name fails and lists the known ones");

    /** What a mutant that breaks itself would throw, rather than do the planted thing. */
    private static final Pattern CRASH =
            Pattern.compile("IndexOutOfBounds|NullPointer|ClassCast|NegativeArray|Error");

    @Test
    void theHonestBackendPasses() {
        Subject honest = Subject.of(new ScalarProvider(Faults.NONE));
        var failures = new ArrayList<String>();
        for (Contract contract : Contracts.standard()) {
            for (Check check : contract.checks()) {
                if (NEED_INSTALLATION.contains(check.name())) {
                    continue;
                }
                CheckResult result = Trial.run(contract.name(), check, honest);
                if (result.verdict() != Verdict.PASSED) {
                    failures.add(describe(result));
                }
            }
        }

        assertEquals(List.of(), failures);
    }

    @ParameterizedTest
    @EnumSource
    void aPlantedFaultIsFound(Fault fault, TestReporter reporter) {
        var provider = new ScalarProvider(Faults.of(fault));
        try {
            Optional<CheckResult> found =
                    firstFailure(contract(fault.contract()), fault, Subject.of(provider));

            assertTrue(found.isPresent(), () -> "survives: " + fault.what());
            String said = describe(found.orElseThrow());
            reporter.publishEntry(fault.name(), said);
            assertFalse(CRASH.matcher(said).find(), () -> "the mutant broke itself: " + said);
        } finally {
            provider.endLeakedThreads();
        }
    }

    /** With sums that depend on the step, and with sums that do not. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aBackendThatDeclaresItselfInexactPasses(boolean pathsDiffer) {
        Faults faults = pathsDiffer ? Faults.of(Fault.PREFILL_SUMS_BACKWARDS) : Faults.NONE;
        Subject inexact = Subject.of(new InexactProvider(new ScalarProvider(faults)));
        List<String> failures =
                Stream.of("session", "path-invariance")
                        .map(MutantTest::contract)
                        .flatMap(
                                contract ->
                                        contract.checks().stream()
                                                .map(
                                                        check ->
                                                                Trial.run(
                                                                        contract.name(),
                                                                        check,
                                                                        inexact)))
                        .filter(result -> result.verdict() != Verdict.PASSED)
                        .map(MutantTest::describe)
                        .toList();

        assertEquals(List.of(), failures);
    }

    @ParameterizedTest
    @EnumSource(names = {"TRUNCATED_ROW_ATTENDED", "FORK_SHARES_CACHE", "CACHE_SHARED"})
    void whatIsNoRoundoffIsFoundWhereABackendDeclaresItselfInexact(Fault fault) {
        Subject inexact = Subject.of(new InexactProvider(new ScalarProvider(Faults.of(fault))));

        assertTrue(
                firstFailure(contract(fault.contract()), fault, inexact).isPresent(),
                () -> "survives: " + fault.what());
    }

    private static Contract contract(String name) {
        return Contracts.standard().stream()
                .filter(contract -> contract.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** Tries the checks that are meant for a fault, up to the first that fails. */
    private static Optional<CheckResult> firstFailure(
            Contract contract, Fault fault, Subject subject) {
        return contract.checks().stream()
                .filter(fault::isMeantFor)
                .map(check -> Trial.run(contract.name(), check, subject))
                .filter(result -> result.verdict() == Verdict.FAILED)
                .findFirst();
    }

    private static String describe(CheckResult result) {
        String findings = result.findings().stream().limit(3).collect(Collectors.joining("; "));
        return "%s: %s: %s".formatted(result.contract(), result.check(), findings);
    }
}
