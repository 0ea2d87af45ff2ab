package dev.trilobit.conformance.behavior;

import static dev.trilobit.conformance.behavior.RecordedSession.slice;
import static dev.trilobit.conformance.behavior.RecordedSession.split;

import dev.trilobit.api.backend.DecoderSession;
import dev.trilobit.api.backend.LogitRows;
import dev.trilobit.api.program.RopeScaling;
import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.Binary;
import dev.trilobit.api.quant.Blocks;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.WeightFormat;
import dev.trilobit.conformance.contract.Check;
import dev.trilobit.conformance.contract.Contract;
import dev.trilobit.conformance.fixture.DecoderKind;
import dev.trilobit.conformance.fixture.DecoderShape;
import dev.trilobit.conformance.fixture.Formats;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * The logits of a position have the same bits however it was reached, or the program declares that
 * they have not and they agree within the budget: what makes speculation lossless.
 */
public final class PathInvarianceContract implements Contract {
    /** Positions that the short paths reach. */
    private static final int SHORT = 21;

    /** Positions that the long paths reach, past a page of 64. */
    private static final int LONG = 75;

    /** One to two bits in groups, which runs of rounded activations are made for, and one above. */
    private static final List<WeightFormat> ROUNDED_RUNS =
            List.of(
                    Formats.BINARY,
                    Formats.BINARY_AFFINE,
                    new Binary(32, Binary.Mode.SYMMETRIC, FloatType.F32),
                    new Binary(64, Binary.Mode.AFFINE, FloatType.BF16),
                    Formats.TERNARY_GROUPS,
                    new Affine(2, 64, FloatType.F16),
                    new Affine(4, 32, FloatType.BF16));

    /** Makes the contract. */
    public PathInvarianceContract() {}

    @Override
    public String name() {
        return "path-invariance";
    }

    @Override
    public List<Check> checks() {
        var checks = new ArrayList<Check>();
        for (SessionCase example : SessionCase.VARIOUS) {
            add(checks, example, LONG);
        }
        // Kernels differ by format and by what is done to activations.
        long seed = 300;
        for (WeightFormat format : Formats.all()) {
            for (DecoderKind kind : kinds(format)) {
                var scaling = new RopeScaling.None();
                add(
                        checks,
                        new SessionCase(kind, DecoderShape.AWKWARD, format, scaling, seed++),
                        SHORT);
            }
        }
        for (WeightFormat format : ROUNDED_RUNS) {
            DecoderShape shape = DecoderShape.AWKWARD;
            var scaling = new RopeScaling.None();
            add(
                    checks,
                    new SessionCase(DecoderKind.QWEN3_INT8, shape, format, scaling, seed++),
                    SHORT);
        }
        return List.copyOf(checks);
    }

    /**
     * With rounded activations one tie that falls the other way early moves all {@link #SHORT}
     * positions: formats that BitNet models are not made of are tried with float activations here,
     * and with rounded ones op by op.
     */
    private static List<DecoderKind> kinds(WeightFormat format) {
        return format instanceof Blocks
                ? List.of(DecoderKind.QWEN3)
                : List.of(DecoderKind.BITNET, DecoderKind.QWEN3);
    }

    private static void add(List<Check> checks, SessionCase example, int length) {
        checks.add(
                new Check(
                        "every path to %d positions gives the same logits (%s, %s)"
                                .formatted(length, example.label(), example.format()),
                        trial ->
                                tryPaths(
                                        OpenDecoder.of(trial, example, length + 8, length),
                                        length)));
    }

    private static void tryPaths(OpenDecoder open, int length) {
        int[] tokens = open.tokens(length, 51);
        List<float[]> whole = open.alone(tokens, length);
        open.requireOracle("the whole prefill", tokens, whole);
        open.requireSame("steps of 1", whole, open.alone(tokens, 1));
        for (int step = 2; step <= 8; step++) {
            open.requireSame("steps of " + step, whole, open.alone(tokens, step));
        }
        var random = new Random(52);
        for (int round = 0; round < 3; round++) {
            requireMixed(open, random, tokens, whole);
        }
        requireVerified(open, random, tokens, whole);
        requireLast(open, random, tokens, whole);
    }

    /** Steps of 1 to 11 tokens in random order. */
    private static void requireMixed(
            OpenDecoder open, Random random, int[] tokens, List<float[]> whole) {
        RecordedSession session = open.session();
        var steps = new ArrayList<Integer>();
        for (int from = 0; from < tokens.length; ) {
            int to = Math.min(from + 1 + random.nextInt(11), tokens.length);
            session.forward(slice(tokens, from, to));
            steps.add(to - from);
            from = to;
        }
        open.requireSame("steps of " + steps, whole, session.rows());
        session.session().close();
    }

    /** Drafts of up to 7 tokens of which some are right, verified and cut back. */
    private static void requireVerified(
            OpenDecoder open, Random random, int[] tokens, List<float[]> whole) {
        RecordedSession session = open.session();
        int vocabulary = open.program().program().vocabulary();
        for (int from = 0; from < tokens.length; ) {
            int[] draft =
                    slice(tokens, from, Math.min(from + 2 + random.nextInt(7), tokens.length));
            int right = 1 + random.nextInt(draft.length);
            for (int t = right; t < draft.length; t++) {
                draft[t] = (draft[t] + 1 + random.nextInt(vocabulary - 1)) % vocabulary;
            }
            session.forward(draft).truncate(from + right);
            from += right;
        }
        open.requireSame("verified and cut back", whole, session.rows());
        session.session().close();
    }

    /** Steps with the last token's logits only. */
    private static void requireLast(
            OpenDecoder open, Random random, int[] tokens, List<float[]> whole) {
        DecoderSession session = open.trial().session(open.program());
        var expected = new ArrayList<float[]>();
        var last = new ArrayList<float[]>();
        for (int from = 0; from < tokens.length; ) {
            int to = Math.min(from + 1 + random.nextInt(9), tokens.length);
            last.addAll(
                    split(session.forward(slice(tokens, from, to), LogitRows.LAST), open.width()));
            expected.add(whole.get(to - 1));
            from = to;
        }
        open.requireSame("last rows of mixed steps", expected, last);
        session.truncate(0);
        open.requireSame(
                "the last row of the whole",
                List.of(whole.getLast()),
                split(session.forward(tokens, LogitRows.LAST), open.width()));
    }
}
