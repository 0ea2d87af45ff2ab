package dev.trilobit.cli.conform;

import dev.trilobit.api.backend.DeviceInfo;
import dev.trilobit.conformance.contract.Subject;
import dev.trilobit.conformance.contract.Verdict;
import java.util.List;
import java.util.stream.Stream;

/** What became of one provider. */
sealed interface BackendRun {
    /** Returns the backend's id. */
    String id();

    /** Tells whether the run counts as a failure. */
    boolean failed();

    /**
     * It was tried.
     *
     * @param subject with the limits that were asked for
     * @param device what it runs on
     * @param outcomes in the order of the checks
     */
    record Tried(Subject subject, DeviceInfo device, List<Outcome> outcomes) implements BackendRun {
        public Tried {
            outcomes = List.copyOf(outcomes);
        }

        @Override
        public String id() {
            return subject.provider().id();
        }

        @Override
        public boolean failed() {
            return with(Verdict.FAILED).findAny().isPresent();
        }

        /** Returns the outcomes of a verdict. */
        Stream<Outcome> with(Verdict verdict) {
            return outcomes.stream().filter(outcome -> outcome.result().verdict() == verdict);
        }

        /** Returns the names of the contracts that were tried, in order. */
        List<String> contracts() {
            return outcomes.stream()
                    .map(outcome -> outcome.result().contract())
                    .distinct()
                    .toList();
        }
    }

    /**
     * It does not run here.
     *
     * @param named whether the user asked for it by name, which makes it a failure
     * @param reason one sentence
     */
    record NotAvailable(String id, boolean named, String reason) implements BackendRun {
        @Override
        public boolean failed() {
            return named;
        }
    }
}
