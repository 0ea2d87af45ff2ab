package dev.trilobit.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.api.backend.DecoderSession;
import dev.trilobit.model.CompiledDecoder;
import dev.trilobit.model.ModelOptions;
import dev.trilobit.model.ModelReader;
import dev.trilobit.model.embedded.EmbeddedModels;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LogitCheckTest {
    private static final int[] TOKENS = IntStream.range(100, 148).toArray();
    private static final TokenTest PROMPT = new TokenTest(TokenTest.Kind.PROMPT, 10, 0);
    private static final TokenTest GENERATE = new TokenTest(TokenTest.Kind.GENERATE, 3, 7);
    private static final TokenTest STEP = new TokenTest(TokenTest.Kind.STEP, 2, 5);

    private final dev.trilobit.model.file.ModelFolder folder = EmbeddedModels.open("bitnet");
    private CompiledDecoder decoder;
    private int width;

    @BeforeEach
    void compile() {
        ModelOptions options = ModelOptions.defaults().withMaxContextTokens(TOKENS.length);
        decoder = CompiledDecoder.open("bitnet", ModelReader.read(folder, options), options, 4);
        width = decoder.program().program().logits().width();
    }

    @AfterEach
    void close() {
        decoder.close();
        folder.close();
    }

    private TestEnding ending(TokenTest... tests) {
        try (DecoderSession session = decoder.program().newSession()) {
            var timed = new TimedSession(session, TOKENS, decoder.stepTokens(), 4);
            TestEnding last = new TestEnding(0, width, new float[0]);
            for (TokenTest test : tests) {
                assertTrue(timed.run(test).seconds() > 0);
                last = timed.ending(test, width);
            }
            return last;
        }
    }

    @Test
    void logitsOfATimedRunAreTheConformanceRunners() {
        var endings = List.of(ending(PROMPT), ending(GENERATE), ending(STEP));
        assertEquals(List.of(9, 9, 36), endings.stream().map(TestEnding::last).toList());
        // Both rows of the last step.
        assertEquals(List.of(9, 9, 35), endings.stream().map(TestEnding::first).toList());
        assertEquals(
                new LogitCheck(4, List.of(), 0),
                LogitCheck.run(decoder.program(), TOKENS, 3, endings));
    }

    @Test
    void whatWasTimedBeforeDoesNotMatter() {
        TestEnding after = ending(PROMPT, STEP, GENERATE, PROMPT);
        assertEquals(
                List.of(),
                LogitCheck.run(decoder.program(), TOKENS, 1, List.of(after)).differing());
    }

    @Test
    void logitsOfOtherTokensAreNoticed() {
        int[] other = TOKENS.clone();
        other[3]++;
        LogitCheck check = LogitCheck.run(decoder.program(), other, 4, List.of(ending(PROMPT)));
        assertEquals(List.of(9), check.differing());
        assertTrue(check.largest() > 0);
        assertTrue(check.text().contains("at positions [9]"), check.text());
    }

    @Test
    void oneBitOfOneLogitIsNoticed() {
        double[] expected = {1, 2, 3};
        assertEquals(0, ending(1, 2, 3).difference(0, expected));
        assertTrue(ending(1, Math.nextUp(2f), 3).difference(0, expected) > 0);
        assertTrue(Double.isNaN(ending(1, Float.NaN, 3).difference(0, expected)));
        assertTrue(ending(1, 2).difference(0, expected) > 0);
        assertTrue(ending(-0f).difference(0, new double[] {0}) > 0);
        assertEquals(0, ending(Float.NaN).difference(0, new double[] {Double.NaN}));
    }

    private static TestEnding ending(float... logits) {
        return new TestEnding(0, logits.length, logits);
    }

    @Test
    void aRowBeforeTheLastIsComparedToo() {
        var ending = new TestEnding(5, 2, new float[] {1, 2, 3, 4});
        assertEquals(0, ending.difference(5, new double[] {1, 2}));
        assertEquals(0, ending.difference(6, new double[] {3, 4}));
        assertEquals(6, ending.last());
        assertTrue(ending.difference(5, new double[] {1, 3}) > 0);
    }

    @Test
    void nothingIsComparedIfNobodyAsks() {
        assertEquals(LogitCheck.NONE, LogitCheck.run(decoder.program(), TOKENS, 1, List.of()));
    }
}
