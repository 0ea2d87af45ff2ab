package dev.trilobit.cli.conform;

import dev.trilobit.conformance.contract.Budget;
import dev.trilobit.conformance.contract.Declaration;
import dev.trilobit.conformance.contract.Refusals;

/** What backends declare of themselves. */
public final class Declarations {
    private Declarations() {}

    /** Speaks for the broken backend. */
    public static class First implements Declaration {
        @Override
        public String backendId() {
            return "broken";
        }

        @Override
        public Budget budget() {
            return Budget.float32();
        }

        @Override
        public Refusals refusals() {
            return Refusals.NONE;
        }
    }

    /** Speaks for it too. */
    public static final class Second extends First {}
}
