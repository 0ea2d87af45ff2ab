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
import java.util.Map;

/** Works as far as a choice goes. */
public final class PlainProvider implements BackendProvider {
    /** Does nothing. */
    public PlainProvider() {}

    @Override
    public String id() {
        return "plain";
    }

    @Override
    public Availability probe() {
        return new Availability.Available("plain device", 10);
    }

    @Override
    public Backend open() {
        return new Opened();
    }

    private static final class Opened implements Backend {
        @Override
        public DeviceInfo device() {
            return new DeviceInfo("plain device", Map.of());
        }

        @Override
        public List<Rejection> unsupported(Program program) {
            return List.of();
        }

        @Override
        public CompiledProgram compile(
                Program program, WeightSource weights, CompileOptions options) {
            throw new BackendException("plain: compiles nothing");
        }

        @Override
        public void close() {}
    }
}
