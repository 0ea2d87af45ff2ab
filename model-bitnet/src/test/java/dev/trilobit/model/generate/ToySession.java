package dev.trilobit.model.generate;

import dev.trilobit.api.backend.DecoderSession;
import dev.trilobit.api.backend.LogitRows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** A session whose logits are a function of the tokens in its cache; it notes what it is asked. */
public final class ToySession implements DecoderSession {
    /** Arguments of all forwards, each a list of tokens. */
    public final List<List<Integer>> forwards = new ArrayList<>();

    private final int maxContextTokens;
    private final int stepTokens;
    private final Function<List<Integer>, float[]> model;
    private final List<Integer> cache = new ArrayList<>();
    private boolean closed;

    /** Starts empty; {@code model} maps the tokens in the cache to the scores of the next. */
    public ToySession(
            int maxContextTokens, int stepTokens, Function<List<Integer>, float[]> model) {
        this.maxContextTokens = maxContextTokens;
        this.stepTokens = stepTokens;
        this.model = model;
    }

    /** Scores whose highest is {@code next}, of {@code vocabulary}. */
    public static float[] peak(int next, int vocabulary) {
        float[] logits = new float[vocabulary];
        logits[next] = 10;
        return logits;
    }

    /** A model whose next token depends on every token before it. */
    public static Function<List<Integer>, float[]> hashing(int vocabulary) {
        return tokens -> peak(Math.floorMod(tokens.hashCode(), vocabulary), vocabulary);
    }

    /** A model that says {@code script} after {@code promptTokens} tokens. */
    public static Function<List<Integer>, float[]> reciting(
            int promptTokens, int vocabulary, List<Integer> script) {
        return tokens -> peak(script.get(tokens.size() - promptTokens), vocabulary);
    }

    /** Whether {@link #close} was called. */
    public boolean isClosed() {
        return closed;
    }

    @Override
    public int position() {
        return cache.size();
    }

    @Override
    public int maxContextTokens() {
        return maxContextTokens;
    }

    @Override
    public MemorySegment forward(int[] tokens, LogitRows rows) {
        if (closed) {
            throw new IllegalStateException("closed");
        }
        if (rows != LogitRows.LAST
                || tokens.length < 1
                || tokens.length > stepTokens
                || cache.size() + tokens.length > maxContextTokens) {
            throw new IllegalArgumentException(tokens.length + " tokens at " + cache.size());
        }
        var step = new ArrayList<Integer>();
        for (int token : tokens) {
            step.add(token);
        }
        forwards.add(step);
        cache.addAll(step);
        float[] scores = model.apply(cache);
        MemorySegment logits =
                Arena.ofAuto().allocate(scores.length * (long) Float.BYTES, Float.BYTES);
        MemorySegment.copy(scores, 0, logits, ValueLayout.JAVA_FLOAT, 0, scores.length);
        return logits;
    }

    @Override
    public void truncate(int position) {
        if (position < 0 || position > cache.size()) {
            throw new IllegalArgumentException(position + " of " + cache.size());
        }
        cache.subList(position, cache.size()).clear();
    }

    @Override
    public DecoderSession fork() {
        var fork = new ToySession(maxContextTokens, stepTokens, model);
        fork.cache.addAll(cache);
        return fork;
    }

    @Override
    public void close() {
        closed = true;
    }
}
