package example.backend;

import dev.trilobit.api.backend.DecoderSession;
import dev.trilobit.api.backend.LogitRows;
import dev.trilobit.api.program.Op;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** One sequence: says what may be asked of it, and remembers how far it is. */
final class BitPlaneSession implements DecoderSession {
    private final BitPlaneProgram program;
    private final TokenRun run;
    private int position;
    private boolean closed;

    BitPlaneSession(BitPlaneProgram program) {
        this.program = program;
        this.run = new TokenRun(program);
    }

    private BitPlaneSession(BitPlaneSession other) {
        this(other.program);
        run.copyFrom(other.run);
        position = other.position;
    }

    @Override
    public int position() {
        return position;
    }

    @Override
    public int maxContextTokens() {
        return program.options().maxContextTokens();
    }

    @Override
    public MemorySegment forward(int[] tokens, LogitRows rows) {
        requireOpen();
        requireFits(tokens);
        return Memory.need(
                "%d tokens at position %d".formatted(tokens.length, position),
                () -> MemorySegment.ofArray(logits(tokens, rows)));
    }

    /** Runs one token after the other; the logits of the wanted ones follow each other. */
    private float[] logits(int[] tokens, LogitRows rows) {
        List<Op> all = program.program().ops();
        int firstWanted =
                switch (rows) {
                    case ALL -> 0;
                    case LAST -> tokens.length - 1;
                };
        int width = program.program().logits().width();
        var logits = new float[(tokens.length - firstWanted) * width];
        for (int i = 0; i < tokens.length; i++) {
            if (i < firstWanted) {
                run.run(program.opsThatRemember(), tokens[i], position);
            } else {
                float[] row = run.run(all, tokens[i], position);
                System.arraycopy(row, 0, logits, (i - firstWanted) * width, width);
            }
            position++;
        }
        return logits;
    }

    @Override
    public void truncate(int position) {
        requireOpen();
        if (position < 0 || position > this.position) {
            throw new IllegalArgumentException(
                    "%s: cannot truncate to position %d, must be from 0 to %d"
                            .formatted(BitPlaneBackend.ID, position, this.position));
        }
        run.truncate(position);
        this.position = position;
    }

    @Override
    public DecoderSession fork() {
        requireOpen();
        return program.open(() -> new BitPlaneSession(this));
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            run.truncate(0);
            program.sessionClosed();
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException(BitPlaneBackend.ID + ": the session is closed");
        }
    }

    private void requireFits(int[] tokens) {
        int most = program.options().maxTokensPerStep();
        if (tokens.length == 0 || tokens.length > most) {
            throw new IllegalArgumentException(
                    "%s: a step takes 1 to %d tokens, got %d"
                            .formatted(BitPlaneBackend.ID, most, tokens.length));
        }
        if (tokens.length > maxContextTokens() - position) {
            throw new IllegalArgumentException(
                    "%s: a context of %d tokens cannot hold %d more at position %d"
                            .formatted(
                                    BitPlaneBackend.ID,
                                    maxContextTokens(),
                                    tokens.length,
                                    position));
        }
        int vocabulary = program.program().vocabulary();
        for (int token : tokens) {
            if (token < 0 || token >= vocabulary) {
                throw new IllegalArgumentException(
                        "%s: token must be from 0 to %d, got %d"
                                .formatted(BitPlaneBackend.ID, vocabulary - 1, token));
            }
        }
    }
}
