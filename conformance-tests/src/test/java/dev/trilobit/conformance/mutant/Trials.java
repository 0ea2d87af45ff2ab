package dev.trilobit.conformance.mutant;

import dev.trilobit.conformance.Contracts;
import dev.trilobit.conformance.contract.CheckResult;
import dev.trilobit.conformance.contract.Contract;
import dev.trilobit.conformance.contract.Subject;
import dev.trilobit.conformance.contract.Trial;
import dev.trilobit.conformance.contract.Verdict;
import java.util.Optional;
import java.util.stream.Collectors;

/** Tries checks of the suite on a backend. */
final class Trials {
    private Trials() {}

    /** Finds a contract of the suite. */
    static Contract contract(String name) {
        return Contracts.standard().stream()
                .filter(contract -> contract.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** Tries the checks that are meant for a fault, up to the first that fails. */
    static Optional<CheckResult> firstFailure(Contract contract, Fault fault, Subject subject) {
        return contract.checks().stream()
                .filter(fault::isMeantFor)
                .map(check -> Trial.run(contract.name(), check, subject))
                .filter(result -> result.verdict() == Verdict.FAILED)
                .findFirst();
    }

    /** Says what was found. */
    static String describe(CheckResult result) {
        String findings = result.findings().stream().limit(3).collect(Collectors.joining("; "));
        return "%s: %s: %s".formatted(result.contract(), result.check(), findings);
    }
}
