package dev.trilobit.conformance.mutant;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.trilobit.conformance.Contracts;
import dev.trilobit.conformance.contract.Check;
import dev.trilobit.conformance.contract.CheckResult;
import dev.trilobit.conformance.contract.Contract;
import dev.trilobit.conformance.contract.Subject;
import dev.trilobit.conformance.contract.Trial;
import dev.trilobit.conformance.contract.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A backend that shares nothing with any other keeps every contract. */
class HonestBackendTest {
    /** A backend of tests is not installed, and its provider is not public. */
    private static final Set<String> NEED_INSTALLATION =
            Set.of(
                    "the provider has a public no-argument constructor",
                    "the service loader finds the provider once",
                    "a request by name chooses the backend and the report says so",
                    "a request for an unknown name fails and lists the known ones");

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
                    failures.add(Trials.describe(result));
                }
            }
        }

        assertEquals(List.of(), failures);
    }
}
