package dev.trilobit.conformance.cpu;

import dev.trilobit.conformance.contract.Budget;
import dev.trilobit.conformance.contract.Subject;
import dev.trilobit.conformance.junit.AttentionConformance;
import dev.trilobit.conformance.junit.ModelConformance;
import dev.trilobit.conformance.junit.PathInvarianceConformance;
import dev.trilobit.conformance.junit.SessionConformance;
import java.util.Map;
import org.junit.jupiter.api.Nested;

/** The contracts that keys and values can break, with both kept in int8. */
class CpuVectorInt8CacheTest {
    private static Subject narrow() {
        return Subject.named("cpu-vector")
                .withBudget(Budget.int8Cache())
                .withBackendOptions(Map.of("kv", "int8"));
    }

    @Nested
    class Attention extends AttentionConformance {
        @Override
        protected Subject subject() {
            return narrow();
        }
    }

    @Nested
    class Sessions extends SessionConformance {
        @Override
        protected Subject subject() {
            return narrow();
        }
    }

    @Nested
    class Paths extends PathInvarianceConformance {
        @Override
        protected Subject subject() {
            return narrow();
        }
    }

    @Nested
    class Models extends ModelConformance {
        @Override
        protected Subject subject() {
            return narrow();
        }
    }
}
