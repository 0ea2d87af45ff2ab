package dev.trilobit.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.trilobit.api.backend.TokenSink;
import dev.trilobit.model.generate.SamplerSettings;
import dev.trilobit.model.generate.TokenSequence;
import dev.trilobit.model.generate.TokenSource;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** The generator over a source that gives several tokens at once. */
class GeneratorTest {
    private static final int PROMPT = 3;
    private static final int BURST = 4;

    private final TokenSource source =
            new BurstSource(Recital.source(Recital.after(PROMPT, "one two three", 60)));

    /** Hands out up to four tokens a call. */
    private record BurstSource(TokenSource one) implements TokenSource {
        @Override
        public int next(int most, TokenSink sink) {
            boolean[] goOn = {true};
            int given = 0;
            while (goOn[0] && given < Math.min(most, BURST)) {
                int n = one.next(1, token -> goOn[0] = sink.accept(token));
                if (n == 0) {
                    break;
                }
                given += n;
            }
            return given;
        }

        @Override
        public TokenSequence sequence() {
            return one.sequence();
        }

        @Override
        public int maxContextTokens() {
            return one.maxContextTokens();
        }

        @Override
        public int vocabulary() {
            return one.vocabulary();
        }

        @Override
        public void begin(SamplerSettings settings) {
            one.begin(settings);
        }

        @Override
        public boolean prefill(int[] tokens, BooleanSupplier goOn) {
            return one.prefill(tokens, goOn);
        }

        @Override
        public void truncate(int size) {
            one.truncate(size);
        }

        @Override
        public void close() {
            one.close();
        }
    }

    private GenerationResult run(GenerationOptions options) {
        var text = new CharText(false);
        return new Generator(
                        source,
                        text.newStream(),
                        text.endTokens(),
                        options,
                        GenerationListener.NONE)
                .run(new int[PROMPT]);
    }

    @Test
    void endTokenInsideABurstEndsIt() {
        GenerationResult result = run(Recital.OPTIONS);

        assertEquals("one two three", result.text());
        assertEquals(StopReason.END_TOKEN, result.reason());
        assertEquals(PROMPT + 14, source.sequence().size());
    }

    @Test
    void maxTokensBoundABurst() {
        GenerationResult result = run(Recital.OPTIONS.withMaxTokens(6));

        assertEquals("one tw", result.text());
        assertEquals(PROMPT + 6, source.sequence().size());
    }

    @Test
    void stopStringInsideABurstEndsIt() {
        GenerationResult result = run(Recital.OPTIONS.withStopStrings(List.of(" t")));

        assertEquals("one", result.text());
        assertEquals(PROMPT + 5, source.sequence().size());
    }
}
