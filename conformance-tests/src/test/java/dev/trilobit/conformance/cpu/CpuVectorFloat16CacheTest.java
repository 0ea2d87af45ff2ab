package dev.trilobit.conformance.cpu;

import dev.trilobit.conformance.contract.Budget;
import dev.trilobit.conformance.contract.Subject;
import dev.trilobit.conformance.junit.BackendConformance;
import java.util.Map;

/** The contracts with keys and values kept in f16. */
class CpuVectorFloat16CacheTest extends BackendConformance {
    @Override
    protected Subject subject() {
        return Subject.named("cpu-vector")
                .withBudget(Budget.float16Cache())
                .withBackendOptions(Map.of("kv", "f16"));
    }
}
