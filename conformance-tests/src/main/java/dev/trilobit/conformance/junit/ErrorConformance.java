package dev.trilobit.conformance.junit;

import dev.trilobit.conformance.behavior.ErrorContract;

/** Tries {@link ErrorContract} on the provider that a subclass names. */
public abstract class ErrorConformance extends ContractTest {
    /** Called by subclasses. */
    protected ErrorConformance() {
        super(new ErrorContract());
    }
}
