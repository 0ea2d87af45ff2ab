package dev.trilobit.conformance.junit;

import dev.trilobit.conformance.op.AttentionContract;

/** {@link AttentionContract} as JUnit tests. */
public abstract class AttentionConformance extends ContractTest {
    /** Tries programs of attention alone. */
    protected AttentionConformance() {
        super(new AttentionContract());
    }
}
