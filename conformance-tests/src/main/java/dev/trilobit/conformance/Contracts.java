package dev.trilobit.conformance;

import dev.trilobit.conformance.behavior.ConcurrencyContract;
import dev.trilobit.conformance.behavior.ErrorContract;
import dev.trilobit.conformance.behavior.LifecycleContract;
import dev.trilobit.conformance.behavior.PathInvarianceContract;
import dev.trilobit.conformance.behavior.ProviderContract;
import dev.trilobit.conformance.behavior.SessionContract;
import dev.trilobit.conformance.contract.Contract;
import dev.trilobit.conformance.model.ModelContract;
import dev.trilobit.conformance.op.OpContract;
import java.util.List;

/** The contracts that every backend must keep. */
public final class Contracts {
    private Contracts() {}

    /** Returns all of them; the models are the suite's own random ones. */
    public static List<Contract> standard() {
        return List.of(
                new ProviderContract(),
                new OpContract(),
                new SessionContract(),
                new PathInvarianceContract(),
                ModelContract.random(),
                new ErrorContract(),
                new LifecycleContract(),
                new ConcurrencyContract());
    }
}
