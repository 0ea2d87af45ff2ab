package dev.trilobit.backend.cpu;

import dev.trilobit.api.backend.Availability;
import dev.trilobit.api.backend.Backend;
import dev.trilobit.api.backend.BackendProvider;
import java.util.Optional;

/** Registers the CPU backend. Names no type of the Vector API, so that it loads without it. */
public final class CpuVectorProvider implements BackendProvider {
    private static final int SCORE = 100;
    private static final int LEAST_BITS = 128;
    private static final int MOST_BITS = 512;

    /** Called by ServiceLoader. */
    public CpuVectorProvider() {}

    @Override
    public String id() {
        return CpuVectorBackend.ID;
    }

    @Override
    public Availability probe() {
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
            return new Availability.Unavailable(
                    "the Vector API module is not loaded: start java with --add-modules jdk.incubator.vector");
        }
        Optional<String> missing = OptimizingCompiler.missing();
        if (missing.isPresent()) {
            return new Availability.Unavailable(missing.get());
        }
        int bits = Lanes.bits();
        if (bits < LEAST_BITS) {
            return new Availability.Unavailable(
                    "this JVM has vectors of %d bits, the kernels need at least %d"
                            .formatted(bits, LEAST_BITS));
        }
        if (bits > MOST_BITS) {
            return new Availability.Unavailable(
                    "this JVM has vectors of %d bits, the kernels know at most %d: start java with -XX:MaxVectorSize=%d"
                            .formatted(bits, MOST_BITS, MOST_BITS / Byte.SIZE));
        }
        return new Availability.Available(
                "%d processors".formatted(Runtime.getRuntime().availableProcessors()), SCORE);
    }

    @Override
    public Backend open() {
        return new CpuVectorBackend();
    }
}
