package dev.trilobit.conformance.op;

import dev.trilobit.conformance.contract.Check;
import dev.trilobit.conformance.contract.Contract;
import java.util.List;

/** What {@link OpContract} checks of attention: all that the form of a cache can break. */
public final class AttentionContract implements Contract {
    /** Makes the contract. */
    public AttentionContract() {}

    @Override
    public String name() {
        return "op";
    }

    @Override
    public List<Check> checks() {
        return AttendChecks.checks();
    }
}
