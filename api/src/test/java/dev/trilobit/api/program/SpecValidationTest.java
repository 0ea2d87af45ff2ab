package dev.trilobit.api.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.ScaleGranularity;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.api.quant.TernaryPacking;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the records of a program refuse, and what they say. */
class SpecValidationTest {
    private static final RopeScaling NONE = new RopeScaling.None();

    private static void assertRefused(String message, Executable call) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -2, 3})
    void rotaryHeadsAreEven(int headDim) {
        assertRefused(
                "rotary head of %d elements: must be even and positive".formatted(headDim),
                () -> new RopeSpec(headDim, 10000, NONE));
    }

    @ParameterizedTest
    @ValueSource(doubles = {1, 0, -5, Double.NaN, Double.POSITIVE_INFINITY})
    void rotaryBaseIsFiniteAndAboveOne(double theta) {
        assertRefused(
                "rotary theta must be finite and above 1, got " + theta,
                () -> new RopeSpec(64, theta, NONE));
    }

    @Test
    void aPairOutsideTheHeadIsOutOfBounds() {
        var rope = new RopeSpec(4, 10000, NONE);

        assertEquals(0.01, rope.frequency(1), Math.ulp(0.01));
        assertThrows(IndexOutOfBoundsException.class, () -> rope.frequency(2));
        assertThrows(IndexOutOfBoundsException.class, () -> rope.frequency(-1));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
    void everyScalingFactorIsPositive(double bad) {
        assertRefused(
                "linear factor must be positive, got " + bad, () -> new RopeScaling.Linear(bad));
        assertRefused(
                "llama3 factor must be positive, got " + bad,
                () -> new RopeScaling.Llama3(bad, 1, 4, 8192));
        assertRefused(
                "llama3 low_freq_factor must be positive, got " + bad,
                () -> new RopeScaling.Llama3(8, bad, 4, 8192));
        assertRefused(
                "yarn factor must be positive, got " + bad,
                () -> new RopeScaling.Yarn(bad, 8192, 32, 1, 1));
        assertRefused(
                "yarn beta_slow must be positive, got " + bad,
                () -> new RopeScaling.Yarn(4, 8192, 32, bad, 1));
        assertRefused(
                "yarn attention factor must be positive, got " + bad,
                () -> new RopeScaling.Yarn(4, 8192, 32, 1, bad));
    }

    @Test
    void originalContextsArePositive() {
        assertRefused(
                "llama3 original context must be positive, got 0.0",
                () -> new RopeScaling.Llama3(8, 1, 4, 0));
        assertRefused(
                "yarn original context must be positive, got -1.0",
                () -> new RopeScaling.Yarn(4, -1, 32, 1, 1));
    }

    @ParameterizedTest
    @ValueSource(doubles = {1, 0.5, Double.NaN})
    void theUpperBoundOfARampLiesAboveTheLower(double high) {
        assertRefused(
                "llama3 high_freq_factor must be above low_freq_factor 1.0, got " + high,
                () -> new RopeScaling.Llama3(8, 1, high, 8192));
        assertRefused(
                "yarn beta_fast must be above beta_slow 1.0, got " + high,
                () -> new RopeScaling.Yarn(4, 8192, high, 1, 1));
    }

    @Test
    void attentionFactorIsOneWithoutStretch() {
        assertEquals(1, RopeScaling.Yarn.defaultAttentionFactor(1));
        assertEquals(1, RopeScaling.Yarn.defaultAttentionFactor(0.5));
        assertEquals(1, new RopeSpec(64, 10000, new RopeScaling.Linear(4)).magnitude());
    }

    @ParameterizedTest
    @CsvSource({"0, 1, 64", "4, 0, 64", "4, 4, 0", "4, 3, 64", "-4, 2, 64", "4, -2, 64"})
    void attentionHeadsDivide(int heads, int kvHeads, int headDim) {
        assertRefused(
                "attention of %d heads over %d key-value heads of %d: counts must be positive and divide"
                        .formatted(heads, kvHeads, headDim),
                () -> new AttentionSpec(heads, kvHeads, headDim, 1));
    }

    @ParameterizedTest
    @ValueSource(floats = {0, -1, Float.NaN, Float.POSITIVE_INFINITY})
    void attentionScaleIsPositive(float scale) {
        assertRefused(
                "attention scale must be positive, got " + scale,
                () -> new AttentionSpec(4, 2, 64, scale));
    }

    @Test
    void attentionWidthsCountHeads() {
        var attention = new AttentionSpec(20, 5, 128, 0.1f);

        assertEquals(2560, attention.queryWidth());
        assertEquals(640, attention.kvWidth());
    }

    @ParameterizedTest
    @CsvSource({"-1, 1", "0, 0", "0, -3"})
    void valuesHaveAnIdAndAWidth(int id, int width) {
        assertRefused(
                "value %d of width %d: id from 0, width from 1".formatted(id, width),
                () -> new Value(id, width));
    }

    @Test
    void aWeightsFormatCanHoldItsShape() {
        var quarters = new Ternary(TernaryPacking.ROW_QUARTERS, new ScaleGranularity.PerTensor());
        assertRefused(
                "head: matrix [5, 4]: rows packed in quarters must be a multiple of 4",
                () -> new WeightRef("head", new MatrixShape(5, 4), quarters));
    }

    @Test
    void aProgramHasOpsInOrder() {
        var table = new WeightRef("t", new MatrixShape(3, 4), new Dense(FloatType.F32));
        var x = new Value(0, 4);
        var embed = new Op.Embed(x, table);

        assertRefused("a program needs at least one op", () -> new Program(3, List.of()));
        assertRefused("vocabulary must be positive, got 0", () -> new Program(0, List.of(embed)));
        assertRefused(
                "op 0 makes %1[4], expected the id 0",
                () -> new Program(3, List.of(new Op.Embed(new Value(1, 4), table))));
        assertRefused(
                "op 1 reads %1[4], which no op before it makes",
                () ->
                        new Program(
                                3,
                                List.of(embed, new Op.Add(new Value(1, 4), x, new Value(1, 4)))));
        assertRefused(
                "op 1 reads %0[5], which no op before it makes",
                () -> {
                    var wide = new Value(0, 5);
                    new Program(3, List.of(embed, new Op.Add(new Value(1, 5), wide, wide)));
                });
        assertRefused(
                "embed: weight t is [3, 4], expected [9, 4]", () -> new Program(9, List.of(embed)));
        assertRefused(
                "weight t is Dense[type=F16] [3, 4] here and Dense[type=F32] [3, 4] before",
                () ->
                        new Program(
                                3,
                                List.of(
                                        embed,
                                        new Op.Linear(
                                                new Value(1, 3),
                                                x,
                                                new WeightRef(
                                                        "t",
                                                        new MatrixShape(3, 4),
                                                        new Dense(FloatType.F16)),
                                                ActivationQuant.NONE))));
    }

    @Test
    void anOpMadeByHandChecksItsWidths() {
        var x = new Value(0, 4);
        var gain = new WeightRef("g", MatrixShape.vector(4), new Dense(FloatType.F32));
        var attention = new AttentionSpec(2, 1, 4, 1);

        assertRefused(
                "linear: weight g is [1, 4], expected [2, 4]",
                () -> new Op.Linear(new Value(1, 2), x, gain, ActivationQuant.NONE));
        assertRefused(
                "norm: expected width 4, got %1[8]",
                () -> new Op.RmsNorm(new Value(1, 8), x, gain, 1e-5f));
        assertRefused(
                "rope: expected width 4, got %1[8]",
                () ->
                        new Op.Rope(
                                new Value(1, 8),
                                x,
                                new RopeSpec(2, 10_000, new RopeScaling.None())));
        assertRefused(
                "attention result: expected width 8, got %1[4]",
                () -> new Op.Attend(new Value(1, 4), new Value(0, 8), x, x, attention));
        assertRefused(
                "gate result: expected width 4, got %1[2]",
                () -> new Op.Gate(new Value(1, 2), x, x, GateActivation.SILU));
        assertRefused(
                "add result: expected width 4, got %1[2]", () -> new Op.Add(new Value(1, 2), x, x));
    }
}
