package dev.trilobit.conformance.junit;

import dev.trilobit.conformance.behavior.ProviderContract;

/** Tries {@link ProviderContract} on the provider that a subclass names. */
public abstract class ProviderConformance extends ContractTest {
    /** Called by subclasses. */
    protected ProviderConformance() {
        super(new ProviderContract());
    }
}
