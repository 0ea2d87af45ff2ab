package example.backend;

import dev.trilobit.api.program.ActivationQuant;
import dev.trilobit.api.program.AttentionSpec;
import dev.trilobit.api.program.GateActivation;
import dev.trilobit.api.program.Op;
import dev.trilobit.api.program.RopeSpec;
import dev.trilobit.api.program.Value;
import dev.trilobit.api.program.WeightRef;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Runs the ops of a program for one token of a session, which keeps its caches here. */
final class TokenRun {
    private final PackedWeights weights;
    private final float[][] values;

    /** The cache of each attention, by the number of the value it makes. */
    private final Map<Integer, KvCache> caches = new HashMap<>();

    TokenRun(BitPlaneProgram program) {
        weights = program.weights();
        List<Op> ops = program.program().ops();
        values = new float[ops.size()][];
        for (Op op : ops) {
            if (op instanceof Op.Attend attend) {
                caches.put(op.out().id(), new KvCache(attend.attention()));
            }
        }
    }

    /**
     * Runs ops in order.
     *
     * @param ops from the first one of the program on
     * @return what the last one made; empty if there are none
     */
    float[] run(List<Op> ops, int token, int position) {
        var last = new float[0];
        for (Op op : ops) {
            last = run(op, token, position);
            values[op.out().id()] = last;
        }
        return last;
    }

    /** A new op breaks this switch, and so the build, rather than a model. */
    private float[] run(Op op, int token, int position) {
        return switch (op) {
            case Op.Embed(Value _, WeightRef table) -> weights.matrix(table).row(token);
            case Op.Linear(Value _, Value in, WeightRef weight, ActivationQuant rule) ->
                    weights.matrix(weight)
                            .multiply(
                                    TokenInput.of(
                                            value(in), rule, weight.format().runCols(in.width())));
            case Op.RmsNorm(Value _, Value in, WeightRef gain, float epsilon) ->
                    TokenOps.rmsNorm(value(in), weights.matrix(gain).row(0), epsilon);
            case Op.Rope(Value _, Value in, RopeSpec rope) ->
                    TokenOps.rope(value(in), rope, position);
            case Op.Attend(Value out, Value queries, Value keys, Value values, AttentionSpec _) -> {
                KvCache cache = caches.get(out.id());
                cache.append(value(keys), value(values));
                yield cache.attend(value(queries));
            }
            case Op.Gate(Value _, Value gate, Value up, GateActivation activation) ->
                    TokenOps.gate(value(gate), value(up), activation);
            case Op.Add(Value _, Value left, Value right) ->
                    TokenOps.add(value(left), value(right));
        };
    }

    private float[] value(Value value) {
        return values[value.id()];
    }

    /** Forgets what caches hold from a position on. */
    void truncate(int position) {
        caches.values().forEach(cache -> cache.truncate(position));
    }

    /** Takes over what the caches of another session of the same program hold. */
    void copyFrom(TokenRun other) {
        caches.forEach((id, cache) -> cache.copyFrom(other.caches.get(id)));
    }
}
