package dev.trilobit.conformance.contract;

import dev.trilobit.api.backend.CompiledProgram;
import dev.trilobit.api.backend.DecoderSession;
import dev.trilobit.api.backend.LogitRows;
import dev.trilobit.conformance.metric.LogitCursor;
import dev.trilobit.conformance.metric.LogitSource;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.NoSuchElementException;

/** The logits of a compiled program, in steps of a fixed number of tokens. */
public final class BackendLogits implements LogitSource {
    private final CompiledProgram program;
    private final int stepTokens;

    /**
     * Prepares to run.
     *
     * @param program stays open as long as this is used
     * @param stepTokens tokens of a step, at most the program's own
     */
    public BackendLogits(CompiledProgram program, int stepTokens) {
        this.program = program;
        this.stepTokens = stepTokens;
    }

    @Override
    public LogitCursor open(int[] tokens) {
        return new StepCursor(program, stepTokens, tokens);
    }

    /** Returns row {@code row} of a step's logits, widened. */
    public static double[] row(MemorySegment logits, int row, int width) {
        var out = new double[width];
        for (int i = 0; i < width; i++) {
            out[i] = logits.getAtIndex(ValueLayout.JAVA_FLOAT, (long) row * width + i);
        }
        return out;
    }

    private static final class StepCursor implements LogitCursor {
        private final DecoderSession session;
        private final int width;
        private final int stepTokens;
        private final int[] tokens;
        private MemorySegment rows = MemorySegment.NULL;
        private int first;
        private int next;
        private int computed;

        StepCursor(CompiledProgram program, int stepTokens, int[] tokens) {
            this.session = program.newSession();
            this.width = program.program().logits().width();
            this.stepTokens = stepTokens;
            this.tokens = tokens;
        }

        @Override
        public double[] next() {
            if (next == tokens.length) {
                throw new NoSuchElementException("only %d positions".formatted(next));
            }
            if (next == computed) {
                first = next;
                computed = Math.min(first + stepTokens, tokens.length);
                rows = session.forward(Arrays.copyOfRange(tokens, first, computed), LogitRows.ALL);
            }
            return row(rows, next++ - first, width);
        }

        @Override
        public void close() {
            session.close();
        }
    }
}
