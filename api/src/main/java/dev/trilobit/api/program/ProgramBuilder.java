package dev.trilobit.api.program;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes a {@link Program} op by op: numbers the values, and says at once when an op does not fit.
 */
public final class ProgramBuilder {
    private final int vocabulary;
    private final List<Op> ops = new ArrayList<>();
    private final Map<String, WeightRef> weights = new HashMap<>();

    /**
     * Starts an empty program.
     *
     * @param vocabulary number of token ids, at least 1
     */
    public ProgramBuilder(int vocabulary) {
        if (vocabulary <= 0) {
            throw new IllegalArgumentException("vocabulary must be positive, got " + vocabulary);
        }
        this.vocabulary = vocabulary;
    }

    /** Adds {@link Op.Embed}; the table has one row a token id. */
    public Value embed(WeightRef table) {
        Program.requireRows(vocabulary, table);
        return add(new Op.Embed(next(table.shape().cols()), table));
    }

    /** Adds {@link Op.Linear}; the weight has as many columns as {@code in} is wide. */
    public Value linear(Value in, WeightRef weight, ActivationQuant activations) {
        requireKnown("linear", in);
        return add(new Op.Linear(next(weight.shape().rows()), in, weight, activations));
    }

    /** Adds {@link Op.RmsNorm}; the length of the gain divides the width of {@code in}. */
    public Value rmsNorm(Value in, WeightRef gain, float epsilon) {
        requireKnown("norm", in);
        return add(new Op.RmsNorm(next(in.width()), in, gain, epsilon));
    }

    /** Adds {@link Op.Rope}; the width of {@code in} is a multiple of the head's. */
    public Value rope(Value in, RopeSpec rope) {
        requireKnown("rope", in);
        return add(new Op.Rope(next(in.width()), in, rope));
    }

    /** Adds {@link Op.Attend}. */
    public Value attend(Value queries, Value keys, Value values, AttentionSpec attention) {
        requireKnown("attention queries", queries);
        requireKnown("attention keys", keys);
        requireKnown("attention values", values);
        return add(new Op.Attend(next(attention.queryWidth()), queries, keys, values, attention));
    }

    /** Adds {@link Op.Gate}; both inputs are equally wide. */
    public Value gate(Value gate, Value up, GateActivation activation) {
        requireKnown("gate", gate);
        requireKnown("gate up", up);
        return add(new Op.Gate(next(gate.width()), gate, up, activation));
    }

    /** Adds {@link Op.Add}; both inputs are equally wide. */
    public Value add(Value left, Value right) {
        requireKnown("add", left);
        requireKnown("add", right);
        return add(new Op.Add(next(left.width()), left, right));
    }

    /**
     * Ends the program; the last op added makes the logits.
     *
     * @throws IllegalArgumentException if nothing was added
     */
    public Program build() {
        return new Program(vocabulary, ops);
    }

    private Value next(int width) {
        return new Value(ops.size(), width);
    }

    private Value add(Op op) {
        Program.remember(weights, op);
        ops.add(op);
        return op.out();
    }

    private void requireKnown(String op, Value value) {
        if (value.id() >= ops.size() || !ops.get(value.id()).out().equals(value)) {
            throw new IllegalArgumentException(
                    "%s: value %s was not made by this builder".formatted(op, value));
        }
    }
}
