package dev.trilobit.conformance.op;

import dev.trilobit.api.program.GateActivation;
import dev.trilobit.conformance.contract.Check;
import dev.trilobit.conformance.contract.Trial;
import dev.trilobit.conformance.fixture.TestVectors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Gates and sums, element by element. */
final class ElementwiseChecks {
    private static final int RANDOM_VECTORS = 4;

    /** The square of a gate times the other input does not overflow f32. */
    private static final float LARGEST_GATED = 1e12f;

    private static final float LARGEST_ADDED = 1e30f;

    /** Gates beyond which e^-x leaves the range of f32 on either side. */
    private static final double WIDEST_SWEEP = 110;

    /** Of e^x (4), the sum with 1, the division (2), and the product. */
    private static final int SILU_ROUNDINGS = 8;

    private static final int RELU_SQUARED_ROUNDINGS = 2;

    private ElementwiseChecks() {}

    static List<Check> checks() {
        return List.of(
                new Check("gate, silu", trial -> gates(trial, GateActivation.SILU)),
                new Check("gate, relu squared", trial -> gates(trial, GateActivation.RELU_SQUARED)),
                new Check("add", ElementwiseChecks::sums),
                new Check("add, a value to itself", ElementwiseChecks::doubles));
    }

    private static void gates(Trial trial, GateActivation activation) {
        var comparison = new OpComparison(trial);
        double roundoff = comparison.roundoff();
        for (int width : TriedShapes.WIDTHS) {
            long seed = 53L * width;
            List<float[]> gates = gates(width, seed);
            List<float[]> ups = others(width, LARGEST_GATED, gates.size(), seed + 1);
            var op =
                    new OneOp(
                            "width %d, seed %d".formatted(width, seed),
                            gates.size(),
                            List.of(gates, ups),
                            List.of(),
                            (builder, in) -> builder.gate(in.get(0), in.get(1), activation));
            int[] tokens = op.everyToken();
            comparison.compare(
                    op,
                    new Expected(
                            tokens,
                            op.oracle(tokens),
                            (position, i, value) -> {
                                double gate = gates.get(position)[i];
                                double up = ups.get(position)[i];
                                return roundoff * roundings(activation, gate) * Math.abs(value)
                                        + underflow(gate, up);
                            },
                            (position, _) -> position < RANDOM_VECTORS));
        }
        comparison.finish();
    }

    /** An exponential through 2^(x log2 e) magnifies the rounding of its argument by the gate. */
    private static double roundings(GateActivation activation, double gate) {
        return switch (activation) {
            case SILU -> SILU_ROUNDINGS + Math.min(Math.abs(gate), WIDEST_SWEEP);
            case RELU_SQUARED -> RELU_SQUARED_ROUNDINGS;
        };
    }

    /** A factor of the gate below the normal numbers may be zero, or the least of them. */
    private static double underflow(double gate, double up) {
        return (1 + Math.abs(up) + Math.abs(gate * up)) * Float.MIN_NORMAL;
    }

    private static List<float[]> gates(int width, long seed) {
        List<float[]> gates = new ArrayList<>(TestVectors.random(width, RANDOM_VECTORS, seed));
        gates.addAll(TestVectors.extremes(width, LARGEST_GATED, seed));
        var sweep = new float[width];
        for (int i = 0; i < width; i++) {
            sweep[i] = (float) (WIDEST_SWEEP * (2.0 * i / width - 1));
        }
        gates.add(sweep);
        return gates;
    }

    /** Other vectors to go with them, the extremes in another order. */
    private static List<float[]> others(int width, float largest, int count, long seed) {
        List<float[]> extremes = TestVectors.extremes(width, largest, seed);
        Collections.rotate(extremes, 3);
        List<float[]> others = new ArrayList<>(TestVectors.random(width, RANDOM_VECTORS, seed));
        others.addAll(extremes);
        List<float[]> spare = TestVectors.random(width, count, seed + 1);
        while (others.size() < count) {
            others.add(spare.get(others.size()));
        }
        return others;
    }

    private static void sums(Trial trial) {
        var comparison = new OpComparison(trial);
        for (int width : TriedShapes.WIDTHS) {
            long seed = 59L * width;
            List<float[]> left = new ArrayList<>(TestVectors.random(width, RANDOM_VECTORS, seed));
            left.addAll(TestVectors.extremes(width, LARGEST_ADDED, seed));
            List<float[]> right = others(width, LARGEST_ADDED, left.size(), seed + 1);
            add(
                    comparison,
                    new OneOp(
                            "width %d, seed %d".formatted(width, seed),
                            left.size(),
                            List.of(left, right),
                            List.of(),
                            (builder, in) -> builder.add(in.get(0), in.get(1))));
        }
        comparison.finish();
    }

    private static void doubles(Trial trial) {
        var comparison = new OpComparison(trial);
        for (int width : TriedShapes.WIDTHS) {
            long seed = 61L * width;
            List<float[]> vectors =
                    new ArrayList<>(TestVectors.random(width, RANDOM_VECTORS, seed));
            vectors.addAll(TestVectors.extremes(width, LARGEST_ADDED, seed));
            add(
                    comparison,
                    new OneOp(
                            "width %d, seed %d".formatted(width, seed),
                            vectors.size(),
                            List.of(vectors),
                            List.of(),
                            (builder, in) -> builder.add(in.getFirst(), in.getFirst())));
        }
        comparison.finish();
    }

    /** A sum of two numbers is rounded once. */
    private static void add(OpComparison comparison, OneOp op) {
        int[] tokens = op.everyToken();
        double roundoff = comparison.roundoff();
        comparison.compare(
                op,
                new Expected(
                        tokens,
                        op.oracle(tokens),
                        (_, _, value) -> roundoff * Math.abs(value) + Float.MIN_NORMAL,
                        (position, _) -> position < RANDOM_VECTORS));
    }
}
