package dev.trilobit.conformance.oracle;

import dev.trilobit.api.program.AttentionSpec;
import dev.trilobit.api.program.GateActivation;
import dev.trilobit.api.program.Op;
import dev.trilobit.api.program.Program;
import dev.trilobit.api.program.RopeSpec;
import dev.trilobit.api.program.Value;
import dev.trilobit.api.program.WeightRef;
import dev.trilobit.api.quant.WeightSource;
import dev.trilobit.conformance.metric.LogitCursor;
import dev.trilobit.conformance.metric.LogitSource;
import java.util.HashMap;
import java.util.Map;
import java.util.NoSuchElementException;

/**
 * The oracle: interprets a {@link Program} in float64, op by op, and knows no backend. A sequence
 * always starts at position 0 and is run as a whole, so there is no key-value cache and no step to
 * get wrong; every sum runs in the order of its columns, whichever thread adds it up. Weights are
 * what {@link dev.trilobit.api.quant.ReferenceCodec} says they are: a ternary code of 3, which
 * backends must refuse, is twice the scale here.
 *
 * <p>Matrices are decoded when they are first read and kept, 8 bytes a weight, as long as {@value
 * #KEPT_WEIGHTS} weights in all are not exceeded; the rows of others are decoded each time. Used by
 * one thread at a time; the rows of a matrix are shared among the common pool.
 */
public final class ReferenceDecoder implements LogitSource {
    /** Weights that are kept decoded: half a gigabyte. */
    public static final long KEPT_WEIGHTS = 1L << 26;

    /** Positions whose logits are computed at once; bounds the memory of a large vocabulary. */
    private static final int LOGIT_ROWS = 32;

    private final Program program;
    private final DecodedWeights weights;
    private final boolean rounds;
    private final Map<Value, Integer> lastReader = new HashMap<>();

    /**
     * Prepares an interpreter.
     *
     * @param weights stays open as long as this is used
     */
    public ReferenceDecoder(Program program, WeightSource weights) {
        this(program, new DecodedWeights(weights), false);
    }

    private ReferenceDecoder(Program program, DecodedWeights weights, boolean rounds) {
        this.program = program;
        this.weights = weights;
        this.rounds = rounds;
        for (Op op : program.ops()) {
            for (Value in : op.inputs()) {
                lastReader.put(in, op.out().id());
            }
        }
    }

    /**
     * Returns an interpreter that rounds every result of an op to f32, which is the least that
     * arithmetic in f32 does: what it makes of the logits is the model's doing, not a backend's.
     *
     * @return shares the decoded weights; used by the thread that uses this
     */
    public ReferenceDecoder rounding() {
        return new ReferenceDecoder(program, weights, true);
    }

    /**
     * Runs a sequence.
     *
     * @throws IllegalArgumentException if there are no tokens or one is outside the vocabulary
     * @throws dev.trilobit.api.quant.UnusableWeightException if a weight is missing or differs from
     *     what the program says
     */
    @Override
    public LogitCursor open(int[] tokens) {
        for (int token : tokens) {
            if (token < 0 || token >= program.vocabulary()) {
                throw new IllegalArgumentException(
                        "token %d is outside the vocabulary of %d"
                                .formatted(token, program.vocabulary()));
            }
        }
        if (tokens.length == 0) {
            throw new IllegalArgumentException("no tokens to run");
        }
        Map<Value, Activations> made = new HashMap<>();
        for (Op op : program.ops()) {
            if (op instanceof Op.Linear head && head.out().equals(program.logits())) {
                return new HeadCursor(head, read(made, head.in()));
            }
            made.put(op.out(), rounded(run(op, tokens, made)));
            made.keySet().removeIf(value -> isDead(value, op));
        }
        return new MadeCursor(read(made, program.logits()));
    }

    private Activations rounded(Activations result) {
        if (rounds) {
            result.roundToFloat();
        }
        return result;
    }

    private boolean isDead(Value value, Op after) {
        return !value.equals(program.logits())
                && lastReader.getOrDefault(value, -1) <= after.out().id();
    }

    private Activations run(Op op, int[] tokens, Map<Value, Activations> made) {
        return switch (op) {
            case Op.Embed(Value out, WeightRef table) ->
                    ReferenceOps.embed(weights.rows(table), out.width(), tokens);
            case Op.Linear linear ->
                    ReferenceOps.linear(
                            weights.rows(linear.weight()), linear, read(made, linear.in()));
            case Op.RmsNorm(Value _, Value in, WeightRef gain, float epsilon) ->
                    ReferenceOps.rmsNorm(weights.rows(gain).row(0), read(made, in), epsilon);
            case Op.Rope(Value _, Value in, RopeSpec rope) ->
                    ReferenceOps.rope(rope, read(made, in));
            case Op.Attend(Value _, Value queries, Value keys, Value values, AttentionSpec spec) ->
                    ReferenceOps.attend(
                            spec, read(made, queries), read(made, keys), read(made, values));
            case Op.Gate(Value _, Value gate, Value up, GateActivation activation) ->
                    ReferenceOps.gate(activation, read(made, gate), read(made, up));
            case Op.Add(Value _, Value left, Value right) ->
                    ReferenceOps.add(read(made, left), read(made, right));
        };
    }

    private static Activations read(Map<Value, Activations> made, Value value) {
        Activations activations = made.get(value);
        if (activations == null) {
            throw new IllegalStateException(value + " is read before it is made");
        }
        return activations;
    }

    /** Rows that are there. */
    private static final class MadeCursor implements LogitCursor {
        private final Activations logits;
        private int next;

        MadeCursor(Activations logits) {
            this.logits = logits;
        }

        @Override
        public double[] next() {
            if (next == logits.tokens()) {
                throw new NoSuchElementException("only %d positions".formatted(next));
            }
            return logits.token(next++);
        }

        @Override
        public void close() {
            // Nothing to free.
        }
    }

    /** Multiplies with the head when its rows are asked for, some positions at a time. */
    private final class HeadCursor implements LogitCursor {
        private final Op.Linear head;
        private final Activations in;
        private Activations logits = new Activations(0, 0);
        private int first;
        private int next;

        HeadCursor(Op.Linear head, Activations in) {
            this.head = head;
            this.in = in;
        }

        @Override
        public double[] next() {
            if (next == in.tokens()) {
                throw new NoSuchElementException("only %d positions".formatted(next));
            }
            if (next == first + logits.tokens()) {
                first = next;
                Activations rows = in.slice(first, Math.min(first + LOGIT_ROWS, in.tokens()));
                logits = rounded(ReferenceOps.linear(weights.rows(head.weight()), head, rows));
            }
            return logits.token(next++ - first);
        }

        @Override
        public void close() {
            // Nothing to free.
        }
    }
}
