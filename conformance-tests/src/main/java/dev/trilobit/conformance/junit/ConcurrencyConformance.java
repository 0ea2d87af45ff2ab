package dev.trilobit.conformance.junit;

import dev.trilobit.conformance.behavior.ConcurrencyContract;

/** Tries {@link ConcurrencyContract} on the provider that a subclass names. */
public abstract class ConcurrencyConformance extends ContractTest {
    /** Called by subclasses. */
    protected ConcurrencyConformance() {
        super(new ConcurrencyContract());
    }
}
