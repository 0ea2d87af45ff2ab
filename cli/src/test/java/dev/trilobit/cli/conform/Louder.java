package dev.trilobit.cli.conform;

import dev.trilobit.api.backend.Availability;
import dev.trilobit.api.backend.Backend;
import dev.trilobit.api.backend.BackendProvider;
import dev.trilobit.api.backend.CompileOptions;
import dev.trilobit.api.backend.CompiledProgram;
import dev.trilobit.api.backend.DecoderSession;
import dev.trilobit.api.backend.DeviceInfo;
import dev.trilobit.api.backend.LogitRows;
import dev.trilobit.api.backend.Rejection;
import dev.trilobit.api.program.Program;
import dev.trilobit.api.quant.WeightSource;
import dev.trilobit.conformance.contract.Subject;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** The CPU backend with logits that are a tenth too large. */
public final class Louder implements BackendProvider {
    private static final float FACTOR = 1.1f;

    @Override
    public String id() {
        return "louder";
    }

    @Override
    public Availability probe() {
        return sound().probe();
    }

    @Override
    public Backend open() {
        return new LouderBackend(sound().open());
    }

    /** Looks when it is asked: while providers are loaded it would find itself, without end. */
    private static BackendProvider sound() {
        return Subject.named("cpu-vector").provider();
    }

    private record LouderBackend(Backend sound) implements Backend {
        @Override
        public DeviceInfo device() {
            return sound.device();
        }

        @Override
        public List<Rejection> unsupported(Program program) {
            return sound.unsupported(program);
        }

        @Override
        public CompiledProgram compile(
                Program program, WeightSource weights, CompileOptions options) {
            return new LouderProgram(sound.compile(program, weights, options));
        }

        @Override
        public void close() {
            sound.close();
        }
    }

    private record LouderProgram(CompiledProgram sound) implements CompiledProgram {
        @Override
        public Program program() {
            return sound.program();
        }

        @Override
        public long weightBytes() {
            return sound.weightBytes();
        }

        @Override
        public boolean exactVerify() {
            return sound.exactVerify();
        }

        @Override
        public DecoderSession newSession() {
            return new LouderSession(sound.newSession());
        }

        @Override
        public void close() {
            sound.close();
        }
    }

    private record LouderSession(DecoderSession sound) implements DecoderSession {
        @Override
        public int position() {
            return sound.position();
        }

        @Override
        public int maxContextTokens() {
            return sound.maxContextTokens();
        }

        @Override
        public MemorySegment forward(int[] tokens, LogitRows rows) {
            float[] logits = sound.forward(tokens, rows).toArray(ValueLayout.JAVA_FLOAT);
            for (int i = 0; i < logits.length; i++) {
                logits[i] *= FACTOR;
            }
            return MemorySegment.ofArray(logits);
        }

        @Override
        public void truncate(int position) {
            sound.truncate(position);
        }

        @Override
        public DecoderSession fork() {
            return new LouderSession(sound.fork());
        }

        @Override
        public void close() {
            sound.close();
        }
    }
}
