package dev.trilobit.model.convert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.trilobit.api.program.WeightRef;
import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.api.quant.WeightFormat;
import dev.trilobit.api.quant.WeightWriter;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A number that is not finite is told before it is written, also where its format stays. */
class FiniteNumbersTest {
    private static final MatrixShape SHAPE = new MatrixShape(3, 64);

    private static String refusal(Weight weight, boolean mayRound) {
        var ref = new WeightRef("w.weight", SHAPE, weight.format());
        var part =
                new PlannedPart(
                        new ModelPart("w", ModelPart.Role.LINEAR, ref),
                        "w",
                        new Encoding.Plain(FloatType.F32),
                        mayRound);
        var refused =
                assertThrows(
                        ConversionRefusedException.class,
                        () -> Repacking.repack(weight, part, Arena.ofAuto()));
        return String.valueOf(refused.getMessage());
    }

    private static WeightWriter writer(WeightFormat format) {
        return new WeightWriter("w", SHAPE, format, Arena.ofAuto());
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void numberOfADenseMatrixIsNamedWithItsPlace(float number) {
        Weight weight = writer(new Dense(FloatType.F32)).weight();
        FloatType.F32.set(weight.codes(), 64 + 5, number);
        String expected = "tensor w: (1, 5) is %s, no finite number".formatted((double) number);
        assertEquals(expected, refusal(weight, false));
        assertEquals(expected, refusal(weight, true));
    }

    @Test
    void scaleThatIsNotFiniteIsNamedWithItsGroup() {
        Weight weight = writer(new Affine(4, 32, FloatType.F16)).weight();
        FloatType.F16.set(weight.scales(), 2 * 2 + 1, Float.NaN);
        assertEquals(
                "tensor w: row 2, group 1 has the scale NaN and the offset NaN, no finite number",
                refusal(weight, false));
    }
}
