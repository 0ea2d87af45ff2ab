package dev.trilobit.conformance.behavior;

import dev.trilobit.api.backend.Rejection;
import dev.trilobit.api.backend.UnsupportedProgramException;
import dev.trilobit.api.program.Program;
import dev.trilobit.api.program.RopeScaling;
import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.WeightFormat;
import dev.trilobit.conformance.contract.DeclaredRefusalException;
import dev.trilobit.conformance.contract.Trial;
import dev.trilobit.conformance.fixture.DecoderKind;
import dev.trilobit.conformance.fixture.DecoderShape;
import dev.trilobit.conformance.fixture.Formats;
import dev.trilobit.conformance.fixture.RandomDecoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A random decoder that checks of sessions run on. */
record SessionCase(
        DecoderKind kind, DecoderShape shape, WeightFormat format, RopeScaling scaling, long seed) {
    SessionCase {
        shape = shape.fitting(format);
    }

    private static final SessionCase PLAIN =
            new SessionCase(
                    DecoderKind.BITNET,
                    DecoderShape.AWKWARD,
                    Formats.TERNARY,
                    new RopeScaling.None(),
                    11);

    /** Every kind of decoder, both shapes, every rotary scaling, five sorts of weights. */
    static final List<SessionCase> VARIOUS =
            List.of(
                    PLAIN,
                    new SessionCase(
                            DecoderKind.LLAMA_BITLINEAR,
                            DecoderShape.AWKWARD,
                            Formats.TERNARY_ROW_QUARTERS,
                            new RopeScaling.Linear(4),
                            12),
                    new SessionCase(
                            DecoderKind.QWEN3,
                            DecoderShape.ROUND,
                            Formats.BINARY_AFFINE,
                            new RopeScaling.Yarn(
                                    4, 32, 32, 1, RopeScaling.Yarn.defaultAttentionFactor(4)),
                            13),
                    new SessionCase(
                            DecoderKind.QWEN3,
                            DecoderShape.AWKWARD,
                            Formats.TERNARY_GROUPS,
                            new RopeScaling.Llama3(8, 1, 4, 32),
                            14),
                    new SessionCase(
                            DecoderKind.BITNET,
                            DecoderShape.ROUND,
                            new Affine(4, 64, FloatType.F16),
                            new RopeScaling.None(),
                            15));

    /** The one for checks that do not depend on the kind of decoder. */
    static SessionCase plain(Trial trial) {
        var candidates = new ArrayList<>(VARIOUS);
        candidates.addAll(all(DecoderShape.AWKWARD));
        return firstThatRuns(trial, candidates);
    }

    /** One for a program beside {@link #plain}: of other kernels, where the backend has any. */
    static SessionCase other(Trial trial) {
        var candidates = new ArrayList<>(VARIOUS.subList(2, VARIOUS.size()));
        candidates.addAll(VARIOUS.subList(0, 2).reversed());
        candidates.addAll(all(DecoderShape.AWKWARD).reversed());
        return firstThatRuns(trial, candidates);
    }

    /** Every kind of decoder in every format, in one shape. */
    static List<SessionCase> all(DecoderShape shape) {
        var cases = new ArrayList<SessionCase>();
        for (DecoderKind kind : DecoderKind.values()) {
            for (WeightFormat format : Formats.all()) {
                cases.add(new SessionCase(kind, shape, format, new RopeScaling.None(), 16));
            }
        }
        return cases;
    }

    /**
     * The first candidate that the backend runs, so that a refused format does not switch off a
     * check that needs any decoder.
     *
     * @throws UnsupportedProgramException if one is refused before it without a declaration
     * @throws DeclaredRefusalException if all are refused by declaration
     */
    static SessionCase firstThatRuns(Trial trial, List<SessionCase> candidates) {
        String reason = "there is no candidate";
        for (SessionCase candidate : candidates) {
            Program program = candidate.program();
            List<Rejection> rejections = trial.backend().unsupported(program);
            if (rejections.isEmpty()) {
                return candidate;
            }
            reason =
                    trial.subject()
                            .refusals()
                            .reason(program)
                            .orElseThrow(
                                    () ->
                                            new UnsupportedProgramException(
                                                    trial.subject().provider().id(), rejections));
        }
        throw new DeclaredRefusalException(reason);
    }

    /** Its program alone. */
    Program program() {
        try (RandomDecoder decoder = make()) {
            return decoder.program();
        }
    }

    /** What is needed to make it again. */
    String label() {
        return "%s, %s, width %d, seed %d"
                .formatted(
                        kind.name().toLowerCase(Locale.ROOT).replace('_', '-'),
                        format.label(),
                        shape.width(),
                        seed);
    }

    /** Makes it; the caller closes it. */
    RandomDecoder make() {
        return new RandomDecoder(kind, shape, format, scaling, seed);
    }
}
