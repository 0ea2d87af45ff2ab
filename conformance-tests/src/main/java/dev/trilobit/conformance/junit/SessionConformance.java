package dev.trilobit.conformance.junit;

import dev.trilobit.conformance.behavior.SessionContract;

/** Tries {@link SessionContract} on the provider that a subclass names. */
public abstract class SessionConformance extends ContractTest {
    /** Called by subclasses. */
    protected SessionConformance() {
        super(new SessionContract());
    }
}
