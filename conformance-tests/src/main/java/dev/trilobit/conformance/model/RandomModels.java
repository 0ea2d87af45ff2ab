package dev.trilobit.conformance.model;

import dev.trilobit.api.program.RopeScaling;
import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.BlockType;
import dev.trilobit.api.quant.Blocks;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.WeightFormat;
import dev.trilobit.conformance.fixture.DecoderKind;
import dev.trilobit.conformance.fixture.DecoderShape;
import dev.trilobit.conformance.fixture.Formats;
import dev.trilobit.conformance.fixture.RandomDecoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The random models of {@link ModelContract}: every kind, the formats that real models of it have
 * and some they do not, every scaling of the rotary frequencies, and one to all query heads a
 * key-value head.
 */
final class RandomModels {
    /** As many key-value heads as query heads. */
    private static final DecoderShape MULTI_HEAD = new DecoderShape(131, 160, 2, 5, 5, 32, 192);

    /** One key-value head for all. */
    private static final DecoderShape MULTI_QUERY = new DecoderShape(97, 128, 2, 8, 1, 16, 256);

    /** Tokens of each sequence: more and less than a step, so that steps also go on. */
    private static final int[] LENGTHS = {81, 40, 33, 32, 31};

    /** Short enough that the sequences reach beyond it. */
    private static final int ORIGINAL_CONTEXT = 32;

    private static final RopeScaling NONE = new RopeScaling.None();
    private static final RopeScaling LINEAR = new RopeScaling.Linear(2.5);
    private static final RopeScaling LLAMA3 = new RopeScaling.Llama3(8, 1, 4, ORIGINAL_CONTEXT);
    private static final RopeScaling YARN =
            new RopeScaling.Yarn(
                    4, ORIGINAL_CONTEXT, 32, 1, RopeScaling.Yarn.defaultAttentionFactor(4));

    private RandomModels() {}

    static List<TriedModel> all() {
        return List.of(
                model(DecoderKind.BITNET, DecoderShape.AWKWARD, Formats.TERNARY, NONE, 101),
                model(
                        DecoderKind.BITNET,
                        DecoderShape.ROUND,
                        Formats.TERNARY_ROW_QUARTERS,
                        LLAMA3,
                        102),
                model(DecoderKind.BITNET, MULTI_HEAD, Formats.TERNARY_GROUPS, NONE, 103),
                model(
                        DecoderKind.LLAMA_BITLINEAR,
                        DecoderShape.AWKWARD,
                        Formats.TERNARY,
                        LINEAR,
                        104),
                model(DecoderKind.LLAMA_BITLINEAR, MULTI_QUERY, Formats.BINARY, LLAMA3, 105),
                model(DecoderKind.QWEN3, DecoderShape.ROUND, Formats.BINARY, YARN, 106),
                model(DecoderKind.QWEN3, DecoderShape.AWKWARD, Formats.TERNARY_GROUPS, NONE, 107),
                model(DecoderKind.QWEN3, MULTI_QUERY, Formats.BINARY_AFFINE, LINEAR, 108),
                model(
                        DecoderKind.QWEN3,
                        MULTI_HEAD,
                        new Affine(4, 32, FloatType.BF16),
                        LLAMA3,
                        109),
                model(
                        DecoderKind.QWEN3,
                        DecoderShape.AWKWARD,
                        new Dense(FloatType.BF16),
                        YARN,
                        110),
                model(DecoderKind.QWEN3, DecoderShape.ROUND, new Blocks(BlockType.Q4_K), NONE, 111),
                model(DecoderKind.QWEN3_INT8, DecoderShape.ROUND, Formats.BINARY, YARN, 112),
                model(
                        DecoderKind.QWEN3_INT8,
                        DecoderShape.AWKWARD,
                        Formats.TERNARY_GROUPS,
                        NONE,
                        113),
                model(DecoderKind.QWEN3_INT8, MULTI_QUERY, Formats.BINARY_AFFINE, LINEAR, 114));
    }

    private static TriedModel model(
            DecoderKind kind,
            DecoderShape shape,
            WeightFormat format,
            RopeScaling scaling,
            long seed) {
        String name =
                "random %s, %s, %d over %d heads, %s rope, seed %d"
                        .formatted(
                                kind.name().toLowerCase(Locale.ROOT).replace('_', '-'),
                                format.label(),
                                shape.heads(),
                                shape.kvHeads(),
                                label(scaling),
                                seed);
        return new TriedModel(
                name,
                trial -> {
                    RandomDecoder decoder =
                            trial.keep(new RandomDecoder(kind, shape, format, scaling, seed));
                    var chunks = new ArrayList<int[]>();
                    for (int length : LENGTHS) {
                        chunks.add(decoder.tokens(length, seed + chunks.size()));
                    }
                    return new ModelCase(name, decoder.program(), decoder.weights(), chunks);
                });
    }

    private static String label(RopeScaling scaling) {
        return switch (scaling) {
            case RopeScaling.None _ -> "plain";
            case RopeScaling.Linear _ -> "linear";
            case RopeScaling.Llama3 _ -> "llama3";
            case RopeScaling.Yarn _ -> "yarn";
        };
    }
}
