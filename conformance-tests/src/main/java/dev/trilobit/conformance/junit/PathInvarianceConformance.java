package dev.trilobit.conformance.junit;

import dev.trilobit.conformance.behavior.PathInvarianceContract;

/** Tries {@link PathInvarianceContract} on the provider that a subclass names. */
public abstract class PathInvarianceConformance extends ContractTest {
    /** Called by subclasses. */
    protected PathInvarianceConformance() {
        super(new PathInvarianceContract());
    }
}
