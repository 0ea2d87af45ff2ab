package dev.trilobit.conformance.op;

import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.Binary;
import dev.trilobit.api.quant.BlockType;
import dev.trilobit.api.quant.Blocks;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.ScaleGranularity;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.api.quant.TernaryPacking;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.api.quant.WeightFormat;
import dev.trilobit.conformance.contract.Check;
import dev.trilobit.conformance.contract.Trial;
import dev.trilobit.conformance.fixture.Formats;
import dev.trilobit.conformance.fixture.MixedWeights;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/** Embedding tables of every format. */
final class EmbedChecks {
    /** Of a weight with a bias: its product with the scale, and the sum. */
    private static final int ROUNDINGS = 2;

    /** Tables of more rows are sampled. */
    private static final int MOST_TOKENS = 12;

    private EmbedChecks() {}

    static List<Check> checks() {
        Map<String, List<WeightFormat>> kinds = new LinkedHashMap<>();
        for (WeightFormat format : Formats.all()) {
            kinds.computeIfAbsent(kind(format), _ -> new ArrayList<>()).add(format);
        }
        return kinds.entrySet().stream()
                .map(
                        kind ->
                                new Check(
                                        "embed " + kind.getKey(),
                                        trial -> check(trial, kind.getValue())))
                .toList();
    }

    private static String kind(WeightFormat format) {
        return switch (format) {
            case Dense(FloatType type) -> type.suffix();
            case Ternary(TernaryPacking _, ScaleGranularity.PerTensor()) -> "ternary";
            case Ternary(TernaryPacking _, ScaleGranularity.PerGroup _) -> "ternary in groups";
            case Binary(int _, Binary.Mode mode, FloatType _) ->
                    switch (mode) {
                        case SYMMETRIC -> "binary";
                        case AFFINE -> "binary-affine";
                    };
            case Affine _ -> "affine";
            case Blocks _ -> "blocks";
        };
    }

    private static void check(Trial trial, List<WeightFormat> formats) {
        var comparison = new OpComparison(trial);
        for (WeightFormat format : formats) {
            for (MatrixShape shape : TriedShapes.of(format)) {
                compare(comparison, shape, format);
            }
        }
        comparison.finish();
    }

    private static void compare(OpComparison comparison, MatrixShape shape, WeightFormat format) {
        long seed = 41L * shape.rows() + shape.cols();
        Weight table = MixedWeights.matrix("table", shape, format, seed);
        var op =
                new OneOp(
                        "%s %s, seed %d".formatted(TriedShapes.name(format), shape, seed),
                        shape.rows(),
                        List.of(),
                        List.of(table),
                        (builder, _) -> builder.embed(OneOp.ref(table)));
        int[] tokens = tokens(shape.rows(), seed);
        double[][] magnitudes =
                IntStream.of(tokens)
                        .mapToObj(token -> StoredMagnitudes.ofRow(table, token))
                        .toArray(double[][]::new);
        double unit = hasBias(format) ? ROUNDINGS * comparison.roundoff() : 0;
        comparison.compare(
                op,
                new Expected(
                        tokens,
                        op.oracle(tokens),
                        (position, i, _) -> unit * magnitudes[position][i],
                        (_, _) -> true));
    }

    /** Tells whether an element is a rounded sum; every other one is exact in f32. */
    private static boolean hasBias(WeightFormat format) {
        return switch (format) {
            case Dense _, Ternary _ -> false;
            case Binary(int _, Binary.Mode mode, FloatType _) -> mode == Binary.Mode.AFFINE;
            case Affine _ -> true;
            case Blocks(BlockType type) -> type.hasBias();
        };
    }

    private static int[] tokens(int vocabulary, long seed) {
        if (vocabulary <= MOST_TOKENS) {
            return IntStream.range(0, vocabulary).toArray();
        }
        int[] tokens = new Random(seed).ints(MOST_TOKENS, 0, vocabulary).toArray();
        tokens[0] = vocabulary - 1;
        tokens[1] = 0;
        return tokens;
    }
}
