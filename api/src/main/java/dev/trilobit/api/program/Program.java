package dev.trilobit.api.program;

import dev.trilobit.api.quant.MatrixShape;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One decoder step as a short list of ops in the order they run; the last one makes the logits.
 * Made by {@link ProgramBuilder}.
 *
 * @param vocabulary number of token ids; ids are 0 .. vocabulary - 1
 * @param ops at least one; op i makes value i and reads only values made before it
 */
public record Program(int vocabulary, List<Op> ops) {
    public Program {
        ops = List.copyOf(ops);
        if (vocabulary <= 0) {
            throw new IllegalArgumentException("vocabulary must be positive, got " + vocabulary);
        }
        if (ops.isEmpty()) {
            throw new IllegalArgumentException("a program needs at least one op");
        }
        var weights = new HashMap<String, WeightRef>();
        for (int i = 0; i < ops.size(); i++) {
            requireOrder(ops, i);
            remember(weights, ops.get(i));
            if (ops.get(i) instanceof Op.Embed embed) {
                requireRows(vocabulary, embed.table());
            }
        }
    }

    /** Checks that an embedding has one row a token id. */
    static void requireRows(int vocabulary, WeightRef table) {
        Op.requireShape("embed", table, new MatrixShape(vocabulary, table.shape().cols()));
    }

    /** Notes what an op reads; a name always means the same matrix. */
    static void remember(Map<String, WeightRef> weights, Op op) {
        for (WeightRef weight : op.weights()) {
            WeightRef known = weights.putIfAbsent(weight.name(), weight);
            if (known != null && !known.equals(weight)) {
                throw new IllegalArgumentException(
                        "weight %s is %s %s here and %s %s before"
                                .formatted(
                                        weight.name(),
                                        weight.format(),
                                        weight.shape(),
                                        known.format(),
                                        known.shape()));
            }
        }
    }

    private static void requireOrder(List<Op> ops, int number) {
        Op op = ops.get(number);
        if (op.out().id() != number) {
            throw new IllegalArgumentException(
                    "op %d makes %s, expected the id %d".formatted(number, op.out(), number));
        }
        for (Value in : op.inputs()) {
            if (in.id() >= number || !ops.get(in.id()).out().equals(in)) {
                throw new IllegalArgumentException(
                        "op %d reads %s, which no op before it makes".formatted(number, in));
            }
        }
    }

    /** Returns the value that holds the scores: one for each token id, or any width in a test. */
    public Value logits() {
        return ops.getLast().out();
    }

    /** Returns every matrix the ops read, once, by name, in the order of first use. */
    public Map<String, WeightRef> weights() {
        var weights = new LinkedHashMap<String, WeightRef>();
        for (Op op : ops) {
            remember(weights, op);
        }
        return weights;
    }
}
