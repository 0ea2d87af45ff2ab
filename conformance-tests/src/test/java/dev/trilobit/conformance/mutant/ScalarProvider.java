package dev.trilobit.conformance.mutant;

import dev.trilobit.api.backend.Availability;
import dev.trilobit.api.backend.Backend;
import dev.trilobit.api.backend.BackendProvider;
import java.util.concurrent.CountDownLatch;

/**
 * A backend of plain float32 loops that keeps every contract, unless a fault is planted in it. It
 * shares no code with any other backend, nor with the oracle.
 */
final class ScalarProvider implements BackendProvider {
    private final Faults faults;
    private final CountDownLatch leaked = new CountDownLatch(1);

    ScalarProvider(Faults faults) {
        this.faults = faults;
    }

    @Override
    public String id() {
        return "scalar";
    }

    @Override
    public Availability probe() {
        return new Availability.Available("plain Java", 1);
    }

    @Override
    public Backend open() {
        return new ScalarBackend(faults, leaked);
    }

    /** Ends the threads that a fault has left behind. */
    void endLeakedThreads() {
        leaked.countDown();
    }
}
