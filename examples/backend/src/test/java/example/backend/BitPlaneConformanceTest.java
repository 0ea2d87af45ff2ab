package example.backend;

import dev.trilobit.conformance.contract.Subject;
import dev.trilobit.conformance.junit.BackendConformance;

/** All that there is to do: found as users find it, it keeps every contract. */
class BitPlaneConformanceTest extends BackendConformance {
    @Override
    protected Subject subject() {
        return Subject.named("bitplane");
    }
}
