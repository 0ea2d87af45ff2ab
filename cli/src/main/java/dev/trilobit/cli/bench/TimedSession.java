package dev.trilobit.cli.bench;

import dev.trilobit.api.backend.DecoderSession;
import dev.trilobit.api.backend.LogitRows;
import dev.trilobit.cli.bench.measure.AllocatedBytes;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * A session whose steps are timed. The token at a position is always the same, so that whatever a
 * test leaves behind can be compared with another way to the same position.
 */
final class TimedSession {
    private final DecoderSession session;
    private final int[] tokens;
    private final int mostTokens;
    private final int promptTokens;
    private MemorySegment logits = MemorySegment.NULL;

    /**
     * Takes a session at position 0.
     *
     * @param tokens the token of each position
     * @param mostTokens of one forward
     * @param promptTokens of one forward of a prompt that is timed, at most as many
     */
    TimedSession(DecoderSession session, int[] tokens, int mostTokens, int promptTokens) {
        this.session = session;
        this.tokens = tokens.clone();
        this.mostTokens = mostTokens;
        this.promptTokens = promptTokens;
    }

    /** Runs one repetition of a test; getting to its depth is not timed. */
    Lap run(TokenTest test) {
        moveTo(test.depth());
        int end = test.depth() + test.appended();
        int step = test.stepTokens(promptTokens);
        LogitRows rows = test.kind() == TokenTest.Kind.STEP ? LogitRows.ALL : LogitRows.LAST;
        int[][] steps = steps(test.depth(), end, step);
        long allocated = AllocatedBytes.total();
        long start = System.nanoTime();
        for (int[] ids : steps) {
            logits = session.forward(ids, rows);
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        return new Lap(seconds, AllocatedBytes.total() - allocated);
    }

    /**
     * Keeps what the last repetition ended with.
     *
     * @param test it was of
     * @param width of a row of logits
     */
    TestEnding ending(TokenTest test, int width) {
        int rows = test.kind() == TokenTest.Kind.STEP ? test.tokens() : 1;
        long bytes = (long) rows * width * Float.BYTES;
        MemorySegment last = logits.asSlice(logits.byteSize() - bytes, bytes);
        return new TestEnding(
                test.depth() + test.appended() - rows, width, last.toArray(ValueLayout.JAVA_FLOAT));
    }

    private void moveTo(int position) {
        session.truncate(Math.min(session.position(), position));
        for (int[] ids : steps(session.position(), position, mostTokens)) {
            session.forward(ids, LogitRows.LAST);
        }
    }

    private int[][] steps(int from, int to, int step) {
        var steps = new int[Math.ceilDiv(to - from, step)][];
        for (int i = 0; i < steps.length; i++) {
            int first = from + i * step;
            steps[i] = Arrays.copyOfRange(tokens, first, Math.min(first + step, to));
        }
        return steps;
    }
}
