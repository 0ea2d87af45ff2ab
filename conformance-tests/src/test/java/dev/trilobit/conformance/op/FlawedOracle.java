package dev.trilobit.conformance.op;

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
import dev.trilobit.conformance.oracle.ReferenceDecoder;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The oracle as a backend, rounded to f32, with one thing wrong. */
record FlawedOracle(Flaw flaw) implements BackendProvider {
    /** What is wrong. */
    enum Flaw {
        /** Nothing. */
        NONE,
        /** Results too large by one part in a thousand. */
        SCALED,
        /** One of all numbers is NaN. */
        NOT_A_NUMBER,
        /** Every step starts at position 0. */
        FORGETFUL,
        /** The last row is not the one handed out alone. */
        WRONG_LAST_ROW,
        /** A number too many. */
        LONG_RESULT,
        /** The caller's tokens are overwritten. */
        SPOILS_TOKENS,
        /** An element of values that lie about is overwritten. */
        STRAY_WRITE,
        /** A weight is changed. */
        WRITES_WEIGHTS,
        /** Refuses everything. */
        REFUSES,
        /** Refuses results of one width. */
        REFUSES_SOME
    }

    @Override
    public String id() {
        return "flawed";
    }

    @Override
    public Availability probe() {
        return new Availability.Available("the oracle", 0);
    }

    @Override
    public Backend open() {
        return new Device(flaw);
    }

    private record Device(Flaw flaw) implements Backend {
        @Override
        public DeviceInfo device() {
            return new DeviceInfo("the oracle", Map.of());
        }

        @Override
        public List<Rejection> unsupported(Program program) {
            boolean refuses =
                    flaw == Flaw.REFUSES
                            || (flaw == Flaw.REFUSES_SOME && program.logits().width() == 17);
            return refuses ? List.of(new Rejection("op", "not today")) : List.of();
        }

        @Override
        public CompiledProgram compile(
                Program program, WeightSource weights, CompileOptions options) {
            return new Compiled(flaw, program, weights, options);
        }

        @Override
        public void close() {
            // Holds nothing.
        }
    }

    private record Compiled(
            Flaw flaw, Program program, WeightSource weights, CompileOptions options)
            implements CompiledProgram {
        @Override
        public long weightBytes() {
            return 0;
        }

        @Override
        public boolean exactVerify() {
            return true;
        }

        @Override
        public DecoderSession newSession() {
            return new Session(this);
        }

        @Override
        public void close() {
            // Holds nothing.
        }
    }

    private static final class Session implements DecoderSession {
        private final Compiled compiled;
        private final List<Integer> tokens = new ArrayList<>();

        Session(Compiled compiled) {
            this.compiled = compiled;
        }

        @Override
        public int position() {
            return tokens.size();
        }

        @Override
        public int maxContextTokens() {
            return compiled.options().maxContextTokens();
        }

        @Override
        public MemorySegment forward(int[] step, LogitRows rows) {
            Flaw flaw = compiled.flaw();
            if (flaw == Flaw.FORGETFUL) {
                tokens.clear();
            }
            for (int token : step) {
                tokens.add(token);
            }
            if (flaw == Flaw.SPOILS_TOKENS) {
                Arrays.fill(step, -1);
            }
            var made = new ArrayList<double[]>();
            try (var cursor =
                    new ReferenceDecoder(compiled.program(), compiled.weights())
                            .open(tokens.stream().mapToInt(Integer::intValue).toArray())) {
                for (int t = 0; t < tokens.size(); t++) {
                    made.add(cursor.next());
                }
            }
            List<double[]> asked = made.subList(made.size() - step.length, made.size());
            if (rows == LogitRows.LAST) {
                int row = flaw == Flaw.WRONG_LAST_ROW ? 0 : asked.size() - 1;
                asked = asked.subList(row, row + 1);
            }
            return spoil(asked);
        }

        private MemorySegment spoil(List<double[]> rows) {
            int width = compiled.program().logits().width();
            int extra = compiled.flaw() == Flaw.LONG_RESULT ? 1 : 0;
            MemorySegment out =
                    Arena.ofAuto()
                            .allocate(ValueLayout.JAVA_FLOAT, (long) rows.size() * width + extra);
            double factor = compiled.flaw() == Flaw.SCALED ? 1.001 : 1;
            for (int row = 0; row < rows.size(); row++) {
                for (int i = 0; i < width; i++) {
                    out.setAtIndex(
                            ValueLayout.JAVA_FLOAT,
                            (long) row * width + i,
                            (float) (factor * rows.get(row)[i]));
                }
            }
            boolean guarded = compiled.program().weights().containsKey("canary");
            if (compiled.flaw() == Flaw.NOT_A_NUMBER) {
                out.setAtIndex(ValueLayout.JAVA_FLOAT, width - 1L, Float.NaN);
            }
            if (compiled.flaw() == Flaw.STRAY_WRITE && guarded) {
                out.setAtIndex(ValueLayout.JAVA_FLOAT, 0, 0.5f);
            }
            if (compiled.flaw() == Flaw.WRITES_WEIGHTS) {
                overwrite(compiled.weights().weight("input.0").codes());
            }
            return out;
        }

        /** As native code would, which knows nothing of read-only segments. */
        @SuppressWarnings("restricted")
        private static void overwrite(MemorySegment readOnly) {
            MemorySegment plane = MemorySegment.ofAddress(readOnly.address()).reinterpret(1);
            plane.set(ValueLayout.JAVA_BYTE, 0, (byte) (plane.get(ValueLayout.JAVA_BYTE, 0) + 1));
        }

        @Override
        public void truncate(int position) {
            tokens.subList(position, tokens.size()).clear();
        }

        @Override
        public DecoderSession fork() {
            var copy = new Session(compiled);
            copy.tokens.addAll(tokens);
            return copy;
        }

        @Override
        public void close() {
            // Holds nothing.
        }
    }
}
