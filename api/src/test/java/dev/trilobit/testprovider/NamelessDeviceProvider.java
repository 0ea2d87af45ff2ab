package dev.trilobit.testprovider;

import dev.trilobit.api.backend.Availability;
import dev.trilobit.api.backend.Backend;
import dev.trilobit.api.backend.BackendException;
import dev.trilobit.api.backend.BackendProvider;
import dev.trilobit.api.backend.CompileOptions;
import dev.trilobit.api.backend.CompiledProgram;
import dev.trilobit.api.backend.DeviceInfo;
import dev.trilobit.api.backend.Rejection;
import dev.trilobit.api.program.Program;
import dev.trilobit.api.quant.WeightSource;
import java.util.List;

/** Opens a backend that fails when it is asked for its device, and says so when it is closed. */
public final class NamelessDeviceProvider implements BackendProvider {
    /** Does nothing. */
    public NamelessDeviceProvider() {}

    @Override
    public String id() {
        return "nameless";
    }

    @Override
    public Availability probe() {
        return new Availability.Available("some device", 5);
    }

    @Override
    public Backend open() {
        return new Opened();
    }

    private static final class Opened implements Backend {
        @Override
        public DeviceInfo device() {
            throw new BackendException("nameless: device lost");
        }

        @Override
        public List<Rejection> unsupported(Program program) {
            return List.of();
        }

        @Override
        public CompiledProgram compile(
                Program program, WeightSource weights, CompileOptions options) {
            throw new BackendException("nameless: compiles nothing");
        }

        @Override
        public void close() {
            throw new BackendException("nameless: was closed");
        }
    }
}
