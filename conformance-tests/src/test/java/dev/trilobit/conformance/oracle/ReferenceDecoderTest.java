package dev.trilobit.conformance.oracle;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.trilobit.api.program.RopeScaling;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.UnusableWeightException;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.api.quant.WeightSource;
import dev.trilobit.conformance.fixture.DecoderKind;
import dev.trilobit.conformance.fixture.DecoderShape;
import dev.trilobit.conformance.fixture.Formats;
import dev.trilobit.conformance.fixture.RandomDecoder;
import dev.trilobit.conformance.fixture.RandomWeights;
import dev.trilobit.conformance.metric.LogitCursor;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The float64 oracle, op by op against NumPy, and its promises as a source of logits. */
class ReferenceDecoderTest {
    /**
     * Two float64 programs that sum up to 16 terms in another order, twice in a row at most, and
     * whose exponentials and cosines may differ by an ulp: some dozen roundings of 2^-53, relative
     * to the largest number of the row.
     */
    private static final double FLOAT64_ROUNDINGS = 64 * 0x1p-53;

    @Test
    void roundedLogitsAreFloatsAndAsFarFromTheOthersAsRoundingsGo() {
        try (var decoder =
                new RandomDecoder(
                        DecoderKind.QWEN3,
                        DecoderShape.AWKWARD,
                        Formats.TERNARY,
                        new RopeScaling.None(),
                        5)) {
            var oracle = new ReferenceDecoder(decoder.program(), decoder.weights());
            int[] tokens = decoder.tokens(12, 0);
            double[][] exact = run(oracle, tokens);
            double[][] rounded = run(oracle.rounding(), tokens);
            assertArrayEquals(exact, run(oracle, tokens));
            double furthest = 0;
            for (int t = 0; t < exact.length; t++) {
                for (int i = 0; i < exact[t].length; i++) {
                    assertEquals((float) rounded[t][i], rounded[t][i]);
                    furthest = Math.max(furthest, Math.abs(rounded[t][i] - exact[t][i]));
                }
            }
            assertTrue(furthest > 1e-9 && furthest < 1e-4, "furthest " + furthest);
        }
    }

    @TestFactory
    Stream<DynamicTest> opsEqualNumPy() {
        return OpGolden.all().stream()
                .map(golden -> dynamicTest(golden.name(), () -> assertEqualsNumPy(golden)));
    }

    private static void assertEqualsNumPy(OpGolden golden) {
        try (golden) {
            double[][] expected = golden.expected();
            double[][] actual =
                    run(new ReferenceDecoder(golden.program(), golden.weights()), golden.tokens());
            assertEquals(expected.length, actual.length);
            for (int t = 0; t < expected.length; t++) {
                double largest = Arrays.stream(expected[t]).map(Math::abs).max().orElseThrow();
                assertArrayEquals(
                        expected[t],
                        actual[t],
                        FLOAT64_ROUNDINGS * largest + Double.MIN_VALUE,
                        "token " + t);
            }
            assertEquals(List.of(), golden.weights().damage());
        }
    }

    @Test
    void goldensCoverEveryOpRuleAndScaling() {
        List<String> names = OpGolden.all().stream().map(OpGolden::name).toList();
        assertEquals(16, names.size(), names.toString());
        assertTrue(
                names.containsAll(
                        List.of(
                                "linear of floats",
                                "linear of int8",
                                "norm of each head",
                                "rope none",
                                "rope linear",
                                "rope llama3",
                                "rope yarn",
                                "attend 6 over 2",
                                "gate SILU",
                                "gate RELU_SQUARED",
                                "add",
                                "embed")),
                names.toString());
    }

    @Test
    void laterTokensDoNotChangeEarlierLogits() {
        try (RandomDecoder decoder = decoder()) {
            var oracle = new ReferenceDecoder(decoder.program(), decoder.weights());
            int[] tokens = decoder.tokens(40, 5);
            double[][] whole = run(oracle, tokens);
            double[][] part = run(oracle, Arrays.copyOf(tokens, 7));
            for (int t = 0; t < part.length; t++) {
                assertArrayEquals(whole[t], part[t], "position " + t);
            }
        }
    }

    /** The oracle multiplies with the head for 32 positions at once. */
    @Test
    void everyLengthEndsWithTheSameRowAsALongerSequence() {
        try (RandomDecoder decoder = decoder()) {
            var oracle = new ReferenceDecoder(decoder.program(), decoder.weights());
            int[] tokens = decoder.tokens(66, 6);
            double[][] whole = run(oracle, tokens);
            for (int length : new int[] {1, 31, 32, 33, 64, 65}) {
                double[][] part = run(oracle, Arrays.copyOf(tokens, length));
                assertArrayEquals(whole[length - 1], part[length - 1], length + " tokens");
            }
        }
    }

    @Test
    void endOfTheSequenceIsAnError() {
        try (RandomDecoder decoder = decoder()) {
            var oracle = new ReferenceDecoder(decoder.program(), decoder.weights());
            try (LogitCursor cursor = oracle.open(new int[] {1})) {
                cursor.next();
                var e = assertThrows(NoSuchElementException.class, cursor::next);
                assertEquals("only 1 positions", e.getMessage());
            }
        }
    }

    @Test
    void noTokensAreRefused() {
        try (RandomDecoder decoder = decoder()) {
            var oracle = new ReferenceDecoder(decoder.program(), decoder.weights());
            var e = assertThrows(IllegalArgumentException.class, () -> oracle.open(new int[0]));
            assertEquals("no tokens to run", e.getMessage());
        }
    }

    @Test
    void tokenOutsideTheVocabularyIsRefused() {
        try (RandomDecoder decoder = decoder()) {
            var oracle = new ReferenceDecoder(decoder.program(), decoder.weights());
            for (int wrong : new int[] {-1, 67}) {
                var e =
                        assertThrows(
                                IllegalArgumentException.class,
                                () -> oracle.open(new int[] {0, wrong}));
                assertEquals(
                        "token %d is outside the vocabulary of 67".formatted(wrong),
                        e.getMessage());
            }
        }
    }

    @Test
    void weightOfAnotherShapeIsRefused() {
        try (RandomDecoder decoder = decoder()) {
            Weight other =
                    new RandomWeights(1)
                            .matrix("norm", new MatrixShape(1, 5), new Dense(FloatType.F32), 1);
            WeightSource wrong =
                    (name, arena) ->
                            name.equals("norm") ? other : decoder.weights().weight(name, arena);
            var oracle = new ReferenceDecoder(decoder.program(), wrong);
            var e =
                    assertThrows(
                            UnusableWeightException.class, () -> run(oracle, new int[] {1, 2}));
            assertTrue(String.valueOf(e.getMessage()).startsWith("norm: expected"), e.getMessage());
        }
    }

    private static RandomDecoder decoder() {
        return new RandomDecoder(
                DecoderKind.BITNET,
                DecoderShape.AWKWARD,
                Formats.TERNARY,
                new RopeScaling.None(),
                11);
    }

    private static double[][] run(ReferenceDecoder oracle, int[] tokens) {
        var rows = new double[tokens.length][];
        try (LogitCursor cursor = oracle.open(tokens)) {
            for (int t = 0; t < rows.length; t++) {
                rows[t] = cursor.next();
            }
        }
        return rows;
    }
}
