package dev.trilobit.conformance.mutant;

import dev.trilobit.api.backend.Backend;
import dev.trilobit.api.backend.CompileOptions;
import dev.trilobit.api.backend.CompiledProgram;
import dev.trilobit.api.backend.DeviceInfo;
import dev.trilobit.api.backend.Rejection;
import dev.trilobit.api.program.Program;
import dev.trilobit.api.quant.WeightSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/** Runs every program, one op after the other. */
final class ScalarBackend implements Backend {
    private final Faults faults;
    private final CountDownLatch leaked;
    private final List<byte[]> leakedMemory = new CopyOnWriteArrayList<>();

    ScalarBackend(Faults faults, CountDownLatch leaked) {
        this.faults = faults;
        this.leaked = leaked;
        if (faults.has(Fault.BACKEND_THREADS_LEAKED)) {
            leakThread(leaked);
        }
    }

    @Override
    public DeviceInfo device() {
        return new DeviceInfo("plain Java loops", Map.of());
    }

    @Override
    public List<Rejection> unsupported(Program program) {
        return List.of();
    }

    @Override
    public CompiledProgram compile(Program program, WeightSource weights, CompileOptions options) {
        if (!options.backendOptions().isEmpty() && !faults.has(Fault.UNKNOWN_OPTION_ACCEPTED)) {
            throw new IllegalArgumentException(
                    "scalar knows no options, got " + options.backendOptions().keySet());
        }
        var matrices = new MatrixLoader(program, weights, faults).load(options.progress());
        if (faults.has(Fault.THREADS_LEAKED)) {
            leakThread(leaked);
        }
        if (faults.has(Fault.PROGRAM_MEMORY_LEAKED)) {
            leakedMemory.add(new byte[1 << 20]);
        }
        return new ScalarProgram(program, matrices, options, faults);
    }

    private static void leakThread(CountDownLatch leaked) {
        Thread.ofPlatform()
                .daemon()
                .name("scalar-leak")
                .start(
                        () -> {
                            try {
                                leaked.await();
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        });
    }

    @Override
    public void close() {
        // Nothing is held between programs.
    }
}
