package dev.trilobit.conformance.behavior;

import dev.trilobit.api.backend.DecoderSession;
import dev.trilobit.api.backend.LogitRows;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A session and copies of the logits of all its positions, as long as only this moves it. */
final class RecordedSession {
    private final DecoderSession session;
    private final int width;
    private final List<float[]> rows = new ArrayList<>();

    /** Records a session that is empty. */
    RecordedSession(DecoderSession session, int width) {
        this.session = session;
        this.width = width;
    }

    DecoderSession session() {
        return session;
    }

    /** The logits of every position. */
    List<float[]> rows() {
        return List.copyOf(rows);
    }

    /** The logits of positions from {@code from} on. */
    List<float[]> rowsFrom(int from) {
        return List.copyOf(rows.subList(from, rows.size()));
    }

    /** Appends tokens in one step. */
    RecordedSession forward(int... tokens) {
        rows.addAll(split(session.forward(tokens, LogitRows.ALL), width));
        return this;
    }

    /** Appends tokens in steps of {@code stepTokens}, the last one maybe shorter. */
    RecordedSession forwardInSteps(int[] tokens, int stepTokens) {
        for (int from = 0; from < tokens.length; from += stepTokens) {
            forward(slice(tokens, from, Math.min(from + stepTokens, tokens.length)));
        }
        return this;
    }

    /** Forgets positions. */
    RecordedSession truncate(int position) {
        session.truncate(position);
        rows.subList(position, rows.size()).clear();
        return this;
    }

    /** Takes a fork of this session, which then has the same positions. */
    RecordedSession recordFork(DecoderSession fork) {
        var copy = new RecordedSession(fork, width);
        copy.rows.addAll(rows);
        return copy;
    }

    /** Copies logits of shape [rows, width]. */
    static List<float[]> split(MemorySegment logits, int width) {
        float[] all = logits.toArray(ValueLayout.JAVA_FLOAT);
        if (all.length == 0 || all.length % width != 0) {
            throw new AssertionError(
                    "expected rows of %d logits, got %d numbers".formatted(width, all.length));
        }
        var rows = new ArrayList<float[]>();
        for (int from = 0; from < all.length; from += width) {
            rows.add(Arrays.copyOfRange(all, from, from + width));
        }
        return rows;
    }

    /** The tokens from {@code from} to before {@code to}. */
    static int[] slice(int[] tokens, int from, int to) {
        return Arrays.copyOfRange(tokens, from, to);
    }
}
