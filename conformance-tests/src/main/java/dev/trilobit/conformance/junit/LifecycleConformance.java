package dev.trilobit.conformance.junit;

import dev.trilobit.conformance.behavior.LifecycleContract;

/** Tries {@link LifecycleContract} on the provider that a subclass names. */
public abstract class LifecycleConformance extends ContractTest {
    /** Called by subclasses. */
    protected LifecycleConformance() {
        super(new LifecycleContract());
    }
}
