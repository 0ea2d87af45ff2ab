package dev.trilobit.conformance.junit;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.trilobit.api.backend.Availability;
import dev.trilobit.api.backend.BackendRequest;
import dev.trilobit.api.backend.Backends;
import dev.trilobit.conformance.contract.Check;
import dev.trilobit.conformance.contract.CheckResult;
import dev.trilobit.conformance.contract.Contract;
import dev.trilobit.conformance.contract.Subject;
import dev.trilobit.conformance.contract.Trial;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * One contract as JUnit tests, a test a check: a thin wrapper, so that a runner without JUnit finds
 * the same. A declared refusal is a skipped test with its reason. A provider that is not available
 * here fails; one that {@linkplain #required may be missing} is skipped with its reason, unless the
 * system property or the environment asks for it by name.
 */
public abstract class ContractTest {
    private final Contract contract;

    ContractTest(Contract contract) {
        this.contract = contract;
    }

    /** Returns the provider that must keep the contract. */
    protected abstract Subject subject();

    /** Returns what the provider must keep; asked once the subclass is made. */
    Contract contract() {
        return contract;
    }

    /** Tells whether the tests fail where the provider is not available; true unless overridden. */
    protected boolean required() {
        return true;
    }

    /** Tries every check. */
    @TestFactory
    @SuppressWarnings("exports") // whoever extends it requires JUnit, and nobody else has to
    public Stream<DynamicTest> keepsTheContract() {
        Subject subject = subject();
        if (!required()
                && !isAskedFor(subject.provider().id())
                && subject.provider().probe() instanceof Availability.Unavailable(String reason)) {
            abort(subject.provider().id() + " is not available: " + reason);
        }
        Contract tried = contract();
        return tried.checks().stream()
                .map(check -> dynamicTest(check.name(), () -> keep(tried.name(), check, subject)));
    }

    private static boolean isAskedFor(String id) {
        return Backends.report(BackendRequest.unspecified()).request().ids().contains(id);
    }

    private static void keep(String contract, Check check, Subject subject) {
        CheckResult result = Trial.run(contract, check, subject);
        switch (result.verdict()) {
            case PASSED -> {}
            case REFUSED -> abort("refused by design: " + String.join("; ", result.findings()));
            case FAILED -> fail(String.join(System.lineSeparator(), result.findings()));
        }
    }
}
