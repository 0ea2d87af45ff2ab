package dev.trilobit.conformance.op;

import dev.trilobit.api.program.RopeScaling;
import dev.trilobit.api.program.RopeSpec;
import dev.trilobit.conformance.contract.Check;
import dev.trilobit.conformance.fixture.TestVectors;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Rotary position embedding with every scaling, over some hundreds of positions. */
final class RopeChecks {
    private static final int RANDOM_VECTORS = 6;
    private static final int POSITIONS = 310;
    private static final float LARGEST = 1e30f;

    /** Of sine and cosine (3 of a good library), the magnitude, the products, and their sum. */
    private static final int ROUNDINGS = 6;

    /** Of an angle in f32: the frequency and its product with the position. */
    private static final int ANGLE_ROUNDINGS = 2;

    private RopeChecks() {}

    static List<Check> checks() {
        return List.of(
                check("plain", new RopeScaling.None()),
                check("linear", new RopeScaling.Linear(4), new RopeScaling.Linear(0.7)),
                check(
                        "llama3",
                        new RopeScaling.Llama3(8, 1, 4, 8192),
                        new RopeScaling.Llama3(4, 1, 4, 64)),
                check(
                        "yarn",
                        new RopeScaling.Yarn(
                                4, 32768, 32, 1, RopeScaling.Yarn.defaultAttentionFactor(4)),
                        new RopeScaling.Yarn(16, 64, 4, 1, 0.9)));
    }

    private static Check check(String name, RopeScaling... scalings) {
        return new Check(
                "rope, " + name,
                trial -> {
                    var comparison = new OpComparison(trial);
                    for (RopeScaling scaling : scalings) {
                        compare(comparison, new RopeSpec(2, 10_000, scaling), 1);
                        compare(comparison, new RopeSpec(26, 10_000, scaling), 3);
                        compare(comparison, new RopeSpec(64, 500_000, scaling), 5);
                        compare(comparison, new RopeSpec(80, 10_000, scaling), 2);
                        compare(comparison, new RopeSpec(100, 1e6, scaling), 1);
                        compare(comparison, new RopeSpec(128, 500_000, scaling), 4);
                    }
                    comparison.finish();
                });
    }

    private static void compare(OpComparison comparison, RopeSpec rope, int heads) {
        int width = heads * rope.headDim();
        long seed = 47L * width;
        var inputs = new ArrayList<>(TestVectors.random(width, RANDOM_VECTORS, seed));
        inputs.addAll(TestVectors.extremes(width, LARGEST, seed));
        var op =
                new OneOp(
                        "%d heads, %s, seed %d".formatted(heads, rope, seed),
                        inputs.size(),
                        List.of(inputs),
                        List.of(),
                        (builder, in) -> builder.rope(in.getFirst(), rope));
        int[] tokens = new Random(seed).ints(POSITIONS, 0, inputs.size()).toArray();
        double roundoff = comparison.roundoff();
        comparison.compare(
                op,
                new Expected(
                        tokens,
                        op.oracle(tokens),
                        (position, i, _) ->
                                roundoff * allowed(rope, inputs.get(tokens[position]), position, i)
                                        + 2 * Float.MIN_NORMAL,
                        (position, _) -> tokens[position] < RANDOM_VECTORS));
    }

    /** An error of the angle turns the pair; every other one is relative to a product. */
    private static double allowed(RopeSpec rope, float[] input, int position, int i) {
        int half = rope.headDim() / 2;
        int pair = i % half;
        int head = i / rope.headDim() * rope.headDim();
        double angle = position * rope.frequency(pair);
        double size =
                Math.abs((double) input[head + pair])
                        + Math.abs((double) input[head + half + pair]);
        return (ROUNDINGS + ANGLE_ROUNDINGS * angle) * rope.magnitude() * size;
    }
}
