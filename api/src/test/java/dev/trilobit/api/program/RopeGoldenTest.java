package dev.trilobit.api.program;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@link RopeSpec} against the frequencies transformers computes in float32. */
class RopeGoldenTest {
    /**
     * The recorder computes in float32: a rounding each of exponent, power, reciprocal, product
     * with the factor, its reciprocal, ramp, ramp's complement, two products and the sum.
     */
    private static final int FLOAT_ROUNDINGS = 10;

    /** A rounding of the ramp counts against the divided frequency: times the factor. */
    private static final double FLOAT_HALF_STEP = 0x1p-24;

    /** The exponent {@code 2 i / head} is rounded too; the power magnifies that by ln(theta). */
    private static double tolerance(RopeSpec rope, double factor) {
        return FLOAT_HALF_STEP * (FLOAT_ROUNDINGS + factor + Math.log(rope.theta()));
    }

    static List<Recorded> recorded() {
        try (InputStream stream =
                RopeGoldenTest.class.getResourceAsStream("/goldens/transformers/rope.tsv")) {
            byte[] bytes = Objects.requireNonNull(stream, "rope.tsv").readAllBytes();
            return new String(bytes, StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> new Recorded(List.of(line.split("\t", -1))))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One line of the table; a dash stands for a parameter the model's file does not give. */
    record Recorded(List<String> fields) {
        RopeSpec spec() {
            return new RopeSpec((int) number(1, 0), number(2, 0), scaling());
        }

        private RopeScaling scaling() {
            return switch (fields.get(3)) {
                case "default" -> new RopeScaling.None();
                case "linear" -> new RopeScaling.Linear(factor());
                case "llama3" ->
                        new RopeScaling.Llama3(factor(), number(6, 0), number(7, 0), context());
                case "yarn" ->
                        new RopeScaling.Yarn(
                                factor(),
                                context(),
                                number(8, 32),
                                number(9, 1),
                                number(10, RopeScaling.Yarn.defaultAttentionFactor(factor())));
                default -> throw new IllegalStateException("unknown type in " + this);
            };
        }

        double factor() {
            return number(4, 1);
        }

        private int context() {
            return (int) number(5, 0);
        }

        private double number(int field, double absent) {
            String text = fields.get(field);
            return text.equals("-") ? absent : Double.parseDouble(text);
        }

        double magnitude() {
            return number(11, 0);
        }

        List<Double> frequencies() {
            return List.of(fields.get(12).split(" ", -1)).stream().map(Double::valueOf).toList();
        }

        @Override
        public String toString() {
            return fields.getFirst();
        }
    }

    @ParameterizedTest
    @MethodSource("recorded")
    void frequenciesAreThoseOfTransformers(Recorded recorded) {
        RopeSpec rope = recorded.spec();
        List<Double> expected = recorded.frequencies();
        double tolerance = tolerance(rope, recorded.factor());

        assertEquals(rope.headDim() / 2, expected.size());
        for (int i = 0; i < expected.size(); i++) {
            double frequency = expected.get(i);
            assertEquals(frequency, rope.frequency(i), tolerance * frequency, "pair " + i);
        }
    }

    @ParameterizedTest
    @MethodSource("recorded")
    void magnitudeIsTheAttentionFactorOfTransformers(Recorded recorded) {
        double expected = recorded.magnitude();

        assertEquals(expected, recorded.spec().magnitude(), Math.ulp(expected));
    }

    @Test
    void everyScalingIsRecordedAndReached() {
        List<String> types = recorded().stream().map(r -> r.fields().get(3)).distinct().toList();

        assertEquals(List.of("default", "linear", "llama3", "yarn"), types);
    }
}
