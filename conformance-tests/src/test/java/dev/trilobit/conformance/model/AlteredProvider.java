package dev.trilobit.conformance.model;

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
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** The CPU backend with wrong logits. */
record AlteredProvider(BackendProvider sound, Alteration alteration) implements BackendProvider {
    /** Spoils the logits of one position. */
    @FunctionalInterface
    interface Alteration {
        /**
         * Changes a row.
         *
         * @param position of the token in its sequence
         * @param stepTokens tokens of the step it came in
         * @param row logits: [vocabulary]
         */
        void apply(int position, int stepTokens, float[] row);
    }

    @Override
    public String id() {
        return "altered";
    }

    @Override
    public Availability probe() {
        return sound.probe();
    }

    @Override
    public Backend open() {
        return new AlteredBackend(sound.open(), alteration);
    }

    private record AlteredBackend(Backend sound, Alteration alteration) implements Backend {
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
            return new AlteredProgram(sound.compile(program, weights, options), alteration);
        }

        @Override
        public void close() {
            sound.close();
        }
    }

    private record AlteredProgram(CompiledProgram sound, Alteration alteration)
            implements CompiledProgram {
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
            return new AlteredSession(
                    sound.newSession(), sound.program().logits().width(), alteration);
        }

        @Override
        public void close() {
            sound.close();
        }
    }

    private record AlteredSession(DecoderSession sound, int width, Alteration alteration)
            implements DecoderSession {
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
            int first = sound.position();
            float[] logits = sound.forward(tokens, rows).toArray(ValueLayout.JAVA_FLOAT);
            int count = logits.length / width;
            for (int t = 0; t < count; t++) {
                var row = new float[width];
                System.arraycopy(logits, t * width, row, 0, width);
                alteration.apply(first + tokens.length - count + t, tokens.length, row);
                System.arraycopy(row, 0, logits, t * width, width);
            }
            return MemorySegment.ofArray(logits);
        }

        @Override
        public void truncate(int position) {
            sound.truncate(position);
        }

        @Override
        public DecoderSession fork() {
            return new AlteredSession(sound.fork(), width, alteration);
        }

        @Override
        public void close() {
            sound.close();
        }
    }
}
