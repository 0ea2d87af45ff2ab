package dev.trilobit.conformance.cpu;

import dev.trilobit.conformance.contract.Subject;
import dev.trilobit.conformance.junit.BackendConformance;

class CpuVectorConformanceTest extends BackendConformance {
    @Override
    protected Subject subject() {
        return Subject.named("cpu-vector");
    }
}
