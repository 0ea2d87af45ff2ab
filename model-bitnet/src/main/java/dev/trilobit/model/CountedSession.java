package dev.trilobit.model;

import dev.trilobit.api.backend.DecoderSession;
import dev.trilobit.api.backend.LogitRows;
import dev.trilobit.api.backend.TokenSink;
import java.lang.foreign.MemorySegment;

/** A backend's session that tells its model when it is closed. */
final class CountedSession implements DecoderSession {
    private final DecoderSession session;
    private final OpenSessions sessions;
    private boolean closed;

    /**
     * Wraps a session.
     *
     * @param sessions where it is counted already
     */
    CountedSession(DecoderSession session, OpenSessions sessions) {
        this.session = session;
        this.sessions = sessions;
    }

    @Override
    public int position() {
        return session.position();
    }

    @Override
    public int maxContextTokens() {
        return session.maxContextTokens();
    }

    @Override
    public MemorySegment forward(int[] tokens, LogitRows rows) {
        return session.forward(tokens, rows);
    }

    @Override
    public void truncate(int position) {
        session.truncate(position);
    }

    @Override
    public DecoderSession fork() {
        sessions.enter();
        try {
            return new CountedSession(session.fork(), sessions);
        } catch (RuntimeException | Error e) {
            sessions.leave();
            throw e;
        }
    }

    @Override
    public int greedy(int first, int count, TokenSink sink) {
        return session.greedy(first, count, sink);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            try {
                session.close();
            } finally {
                sessions.leave();
            }
        }
    }
}
