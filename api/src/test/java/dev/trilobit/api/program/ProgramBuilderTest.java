package dev.trilobit.api.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.ScaleGranularity;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.api.quant.TernaryPacking;
import dev.trilobit.api.quant.WeightFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProgramBuilderTest {
    private static final int VOCABULARY = 10;
    private static final WeightFormat F32 = new Dense(FloatType.F32);
    private static final WeightFormat TERNARY =
            new Ternary(TernaryPacking.CONSECUTIVE, new ScaleGranularity.PerTensor());

    /** Four heads over two of four elements: 16 wide queries, 8 wide keys and values. */
    private static final AttentionSpec ATTENTION = new AttentionSpec(4, 2, 4, 0.5f);

    private static final RopeSpec ROPE = new RopeSpec(4, 10000, new RopeScaling.None());

    private final ProgramBuilder builder = new ProgramBuilder(VOCABULARY);
    private Value x = new Value(0, 1);

    @BeforeEach
    void embed() {
        x = builder.embed(ref("embed", VOCABULARY, 16, F32));
    }

    private static WeightRef ref(String name, int rows, int cols, WeightFormat format) {
        return new WeightRef(name, new MatrixShape(rows, cols), format);
    }

    private Value linear(Value in, String name, int width) {
        return builder.linear(
                in, ref(name, width, in.width(), TERNARY), ActivationQuant.INT8_PER_TOKEN);
    }

    private static void assertRefused(String message, Executable call) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
    }

    @Test
    void aDecoderStepHasItsOpsInOrder() {
        Value norm = builder.rmsNorm(x, ref("norm", 1, 16, F32), 1e-5f);
        Value q = builder.rope(linear(norm, "q", 16), ROPE);
        Value k = builder.rope(linear(norm, "k", 8), ROPE);
        Value v = linear(norm, "v", 8);
        Value attended = builder.attend(q, k, v, ATTENTION);
        Value sum = builder.add(x, attended);
        Value gated =
                builder.gate(linear(sum, "gate", 24), linear(sum, "up", 24), GateActivation.SILU);
        Value logits =
                builder.linear(
                        linear(gated, "down", 16),
                        ref("embed", VOCABULARY, 16, F32),
                        ActivationQuant.NONE);

        Program program = builder.build();

        assertEquals(
                List.of(
                        "Embed", "RmsNorm", "Linear", "Rope", "Linear", "Rope", "Linear", "Attend",
                        "Add", "Linear", "Linear", "Gate", "Linear", "Linear"),
                program.ops().stream().map(op -> op.getClass().getSimpleName()).toList());
        assertEquals(List.of(q, k, v), program.ops().get(7).inputs());
        assertEquals(List.of(x, attended), program.ops().get(8).inputs());
        assertEquals(logits, program.logits());
        assertEquals(new Value(13, VOCABULARY), logits);
        assertEquals(VOCABULARY, program.vocabulary());
        assertEquals(
                List.of("embed", "norm", "q", "k", "v", "gate", "up", "down"),
                List.copyOf(program.weights().keySet()),
                "once each, in the order of first use");
    }

    @Test
    void aBuiltProgramDoesNotChange() {
        Program before = builder.build();

        builder.add(x, x);

        assertEquals(1, before.ops().size());
        assertEquals(2, builder.build().ops().size());
    }

    @Test
    void everyOpTellsItsInputs() {
        Value norm = builder.rmsNorm(x, ref("norm", 1, 16, F32), 1e-5f);
        Value up = linear(norm, "up", 16);
        Value turned = builder.rope(up, ROPE);
        builder.gate(turned, up, GateActivation.RELU_SQUARED);

        List<List<Value>> inputs = builder.build().ops().stream().map(Op::inputs).toList();

        assertEquals(
                List.of(List.of(), List.of(x), List.of(norm), List.of(up), List.of(turned, up)),
                inputs);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1})
    void vocabularyIsPositive(int vocabulary) {
        assertRefused(
                "vocabulary must be positive, got " + vocabulary,
                () -> new ProgramBuilder(vocabulary));
    }

    @Test
    void aProgramIsNotEmpty() {
        assertRefused(
                "a program needs at least one op", () -> new ProgramBuilder(VOCABULARY).build());
    }

    @Test
    void theTableHasARowForEachToken() {
        assertRefused(
                "embed: weight e is [9, 16], expected [10, 16]",
                () -> builder.embed(ref("e", 9, 16, F32)));
    }

    @Test
    void aLinearWeightIsAsWideAsItsInput() {
        assertRefused(
                "linear: weight w is [8, 15], expected [8, 16]",
                () -> builder.linear(x, ref("w", 8, 15, TERNARY), ActivationQuant.NONE));
    }

    @Test
    void aGainIsARowThatDividesTheWidth() {
        assertRefused(
                "norm: gain g is [1, 5], expected one row whose length divides 16",
                () -> builder.rmsNorm(x, ref("g", 1, 5, F32), 1e-5f));
        assertRefused(
                "norm: gain g is [16, 1], expected one row whose length divides 16",
                () -> builder.rmsNorm(x, ref("g", 16, 1, F32), 1e-5f));
        assertEquals(16, builder.rmsNorm(x, ref("head", 1, 4, F32), 1e-5f).width());
    }

    @Test
    void aGainIsDense() {
        assertRefused(
                "norm: gain g is ternary, expected a dense vector",
                () -> builder.rmsNorm(x, ref("g", 1, 16, TERNARY), 1e-5f));
    }

    @ParameterizedTest
    @ValueSource(floats = {0, -1e-5f, Float.NaN, Float.POSITIVE_INFINITY})
    void epsilonIsPositive(float epsilon) {
        assertRefused(
                "norm: epsilon must be positive, got " + epsilon,
                () -> builder.rmsNorm(x, ref("g", 1, 16, F32), epsilon));
    }

    @Test
    void ropeTurnsWholeHeads() {
        Value narrow = linear(x, "w", 6);
        assertRefused(
                "rope: width 6 is no multiple of the head's 4", () -> builder.rope(narrow, ROPE));
    }

    @Test
    void attentionWidthsAreThoseOfTheHeads() {
        Value kv = linear(x, "kv", 8);
        assertRefused(
                "attention queries: expected width 16, got %1[8]",
                () -> builder.attend(kv, kv, kv, ATTENTION));
        assertRefused(
                "attention keys: expected width 8, got %0[16]",
                () -> builder.attend(x, x, kv, ATTENTION));
        assertRefused(
                "attention values: expected width 8, got %0[16]",
                () -> builder.attend(x, kv, x, ATTENTION));
    }

    @Test
    void gateAndAddTakeEqualWidths() {
        Value narrow = linear(x, "w", 8);
        assertRefused(
                "gate up: expected width 16, got %1[8]",
                () -> builder.gate(x, narrow, GateActivation.SILU));
        assertRefused("add: expected width 16, got %1[8]", () -> builder.add(x, narrow));
    }

    @Test
    void everyOpRefusesAValueItDidNotMake() {
        var later = new Value(7, 16);
        var other = new Value(0, 8);
        assertRefused(
                "linear: value %7[16] was not made by this builder",
                () -> builder.linear(later, ref("w", 8, 16, F32), ActivationQuant.NONE));
        assertRefused(
                "norm: value %0[8] was not made by this builder",
                () -> builder.rmsNorm(other, ref("g", 1, 8, F32), 1e-5f));
        assertRefused(
                "rope: value %7[16] was not made by this builder", () -> builder.rope(later, ROPE));
        assertRefused(
                "attention queries: value %7[16] was not made by this builder",
                () -> builder.attend(later, other, other, ATTENTION));
        assertRefused(
                "gate: value %7[16] was not made by this builder",
                () -> builder.gate(later, x, GateActivation.SILU));
        assertRefused(
                "gate up: value %7[16] was not made by this builder",
                () -> builder.gate(x, later, GateActivation.SILU));
        assertRefused(
                "add: value %7[16] was not made by this builder", () -> builder.add(later, x));
        assertRefused("add: value %0[8] was not made by this builder", () -> builder.add(x, other));
    }

    @Test
    void aNameMeansOneMatrix() {
        assertRefused(
                "weight embed is Dense[type=F32] [16, 16] here and Dense[type=F32] [10, 16] before",
                () -> builder.linear(x, ref("embed", 16, 16, F32), ActivationQuant.NONE));
        var bf16 = new Dense(FloatType.BF16);
        assertRefused(
                "weight embed is Dense[type=BF16] [10, 16] here and Dense[type=F32] [10, 16] before",
                () -> builder.linear(x, ref("embed", 10, 16, bf16), ActivationQuant.NONE));
    }

    @Test
    void aRefusedOpLeavesNothingBehind() {
        assertThrows(
                IllegalArgumentException.class,
                () -> builder.linear(x, ref("embed", 16, 16, F32), ActivationQuant.NONE));

        Value next = linear(x, "w", 8);

        assertEquals(1, next.id());
        assertEquals(2, builder.build().ops().size());
    }
}
