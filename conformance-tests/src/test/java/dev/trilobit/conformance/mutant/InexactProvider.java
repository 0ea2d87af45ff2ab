package dev.trilobit.conformance.mutant;

import dev.trilobit.api.backend.Availability;
import dev.trilobit.api.backend.Backend;
import dev.trilobit.api.backend.BackendProvider;
import dev.trilobit.api.backend.CompileOptions;
import dev.trilobit.api.backend.CompiledProgram;
import dev.trilobit.api.backend.DecoderSession;
import dev.trilobit.api.backend.DeviceInfo;
import dev.trilobit.api.backend.Rejection;
import dev.trilobit.api.program.Program;
import dev.trilobit.api.quant.WeightSource;
import java.util.List;

/**
 * A backend whose programs declare that their logits depend on the path.
 *
 * @param exact the provider of the backend that runs them
 */
record InexactProvider(BackendProvider exact) implements BackendProvider {
    @Override
    public String id() {
        return exact.id();
    }

    @Override
    public Availability probe() {
        return exact.probe();
    }

    @Override
    public Backend open() {
        return new InexactBackend(exact.open());
    }

    private record InexactBackend(Backend exact) implements Backend {
        @Override
        public DeviceInfo device() {
            return exact.device();
        }

        @Override
        public List<Rejection> unsupported(Program program) {
            return exact.unsupported(program);
        }

        @Override
        public CompiledProgram compile(
                Program program, WeightSource weights, CompileOptions options) {
            return new InexactProgram(exact.compile(program, weights, options));
        }

        @Override
        public void close() {
            exact.close();
        }
    }

    private record InexactProgram(CompiledProgram exact) implements CompiledProgram {
        @Override
        public Program program() {
            return exact.program();
        }

        @Override
        public long weightBytes() {
            return exact.weightBytes();
        }

        @Override
        public boolean exactVerify() {
            return false;
        }

        @Override
        public DecoderSession newSession() {
            return exact.newSession();
        }

        @Override
        public void close() {
            exact.close();
        }
    }
}
