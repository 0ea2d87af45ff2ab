package dev.trilobit.conformance.mutant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.conformance.contract.Subject;
import dev.trilobit.conformance.contract.Trial;
import dev.trilobit.conformance.contract.Verdict;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A backend may declare that its sums depend on the step, and no more than that. */
class InexactBackendTest {
    /** With sums that depend on the step, and with sums that do not. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aBackendThatDeclaresItselfInexactPasses(boolean pathsDiffer) {
        Faults faults = pathsDiffer ? Faults.of(Fault.PREFILL_SUMS_BACKWARDS) : Faults.NONE;
        Subject inexact = Subject.of(new InexactProvider(new ScalarProvider(faults)));
        List<String> failures =
                Stream.of("session", "path-invariance")
                        .map(Trials::contract)
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
                        .map(Trials::describe)
                        .toList();

        assertEquals(List.of(), failures);
    }

    @ParameterizedTest
    @EnumSource(names = {"TRUNCATED_ROW_ATTENDED", "FORK_SHARES_CACHE", "CACHE_SHARED"})
    void whatIsNoRoundoffIsFoundWhereABackendDeclaresItselfInexact(Fault fault) {
        Subject inexact = Subject.of(new InexactProvider(new ScalarProvider(Faults.of(fault))));

        assertTrue(
                Trials.firstFailure(Trials.contract(fault.contract()), fault, inexact).isPresent(),
                () -> "survives: " + fault.what());
    }
}
