package dev.trilobit.model.generate;

import dev.trilobit.api.backend.DecoderSession;
import dev.trilobit.api.backend.LogitRows;
import dev.trilobit.api.backend.TokenSink;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Computes tokens one by one in a {@link DecoderSession}. The newest token is put into the cache
 * only when another one after it is asked for.
 */
public final class SessionTokenSource implements TokenSource {
    private final DecoderSession session;
    private final int vocabulary;
    private final int stepTokens;
    private final TokenSequence sequence = new TokenSequence();
    private final int[] single = new int[1];
    private MemorySegment logits = MemorySegment.NULL;
    private Optional<Sampler> sampler = Optional.empty();

    /**
     * Takes over a session.
     *
     * @param session empty; closed with this
     * @param vocabulary number of token ids and of logits
     * @param stepTokens most tokens of one forward, as the program was compiled
     */
    public SessionTokenSource(DecoderSession session, int vocabulary, int stepTokens) {
        this.session = session;
        this.vocabulary = vocabulary;
        this.stepTokens = stepTokens;
    }

    @Override
    public TokenSequence sequence() {
        return sequence;
    }

    @Override
    public int maxContextTokens() {
        return session.maxContextTokens();
    }

    @Override
    public int vocabulary() {
        return vocabulary;
    }

    @Override
    public boolean prefill(int[] tokens, BooleanSupplier goOn) {
        if (sequence.size() + tokens.length == 0) {
            throw new IllegalArgumentException("nothing to continue: expected at least one token");
        }
        if (tokens.length > maxContextTokens() - sequence.size()) {
            throw new IllegalArgumentException(
                    "%d tokens after %d: the context holds %d"
                            .formatted(tokens.length, sequence.size(), maxContextTokens()));
        }
        for (int i = 0; i < tokens.length; i++) {
            if (tokens[i] < 0 || tokens[i] >= vocabulary) {
                throw new IllegalArgumentException(
                        "token %d of %d is %d: expected 0 to %d"
                                .formatted(i, tokens.length, tokens[i], vocabulary - 1));
            }
        }
        for (int token : tokens) {
            append(token);
        }
        sequence.beginGenerated();
        return compute(goOn);
    }

    @Override
    public void begin(SamplerSettings settings) {
        sampler = Optional.of(new Sampler(settings, vocabulary));
        sequence.beginGenerated();
    }

    @Override
    public int next(int most, TokenSink sink) {
        Sampler chooser =
                sampler.orElseThrow(
                        () -> new IllegalStateException("no settings: call begin before next"));
        if (sequence.size() == 0) {
            throw new IllegalStateException("nothing to continue: call prefill before next");
        }
        if (most < 1) {
            throw new IllegalArgumentException("tokens: expected at least 1, got " + most);
        }
        if (sequence.size() >= maxContextTokens()) {
            return 0;
        }
        compute(() -> true);
        int token = chooser.sample(logits, sequence);
        append(token);
        sink.accept(token);
        return 1;
    }

    @Override
    public void truncate(int size) {
        sequence.truncate(size);
        if (size < session.position()) {
            session.truncate(size);
        }
        logits = MemorySegment.NULL;
    }

    @Override
    public void close() {
        session.close();
    }

    private void append(int token) {
        sequence.append(token);
        logits = MemorySegment.NULL;
    }

    /** Puts all tokens into the cache, so that {@link #logits} are those after the last one. */
    private boolean compute(BooleanSupplier goOn) {
        if (!logits.equals(MemorySegment.NULL)) {
            return true;
        }
        int size = sequence.size();
        if (session.position() == size) {
            session.truncate(size - 1);
        }
        while (session.position() < size) {
            if (!goOn.getAsBoolean()) {
                return false;
            }
            int from = session.position();
            int to = Math.min(size, from + stepTokens);
            MemorySegment last = session.forward(step(from, to), LogitRows.LAST);
            if (to == size) {
                logits = last;
            }
        }
        return true;
    }

    private int[] step(int from, int to) {
        if (to - from == 1) {
            single[0] = sequence.get(from);
            return single;
        }
        return sequence.copy(from, to);
    }
}
