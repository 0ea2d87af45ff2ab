package dev.trilobit.conformance.junit;

import dev.trilobit.conformance.op.OpContract;

/** {@link OpContract} as JUnit tests. */
public abstract class OpConformance extends ContractTest {
    /** Tries programs of one op. */
    protected OpConformance() {
        super(new OpContract());
    }
}
