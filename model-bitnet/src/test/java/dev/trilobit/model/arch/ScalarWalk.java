package dev.trilobit.model.arch;

import dev.trilobit.api.program.ActivationQuant;
import dev.trilobit.api.program.AttentionSpec;
import dev.trilobit.api.program.GateActivation;
import dev.trilobit.api.program.Op;
import dev.trilobit.api.program.Program;
import dev.trilobit.api.program.RopeSpec;
import dev.trilobit.api.program.Value;
import dev.trilobit.api.program.WeightRef;
import dev.trilobit.api.quant.ReferenceCodec;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.api.quant.WeightSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs a {@link Program} token by token in float64, in the words of each op's javadoc: slow, and
 * obviously right.
 */
public final class ScalarWalk {
    private final Program program;
    private final WeightSource weights;
    private final Map<String, double[][]> decoded = new HashMap<>();
    private final Map<Op.Attend, List<double[]>> keys = new HashMap<>();
    private final Map<Op.Attend, List<double[]>> values = new HashMap<>();
    private int position;

    /** Starts at position 0 with empty caches. */
    public ScalarWalk(Program program, WeightSource weights) {
        this.program = program;
        this.weights = weights;
    }

    /** Forgets all tokens. */
    public void reset() {
        keys.clear();
        values.clear();
        position = 0;
    }

    /** Appends a token and returns its logits. */
    public double[] next(int token) {
        var made = new HashMap<Value, double[]>();
        for (Op op : program.ops()) {
            made.put(op.out(), run(op, token, made));
        }
        position++;
        return read(made, program.logits());
    }

    private double[] run(Op op, int token, Map<Value, double[]> made) {
        return switch (op) {
            case Op.Embed(Value _, WeightRef table) -> rows(table)[token].clone();
            case Op.Linear(Value _, Value in, WeightRef weight, ActivationQuant rule) ->
                    product(rows(weight), activations(read(made, in), rule));
            case Op.RmsNorm(Value _, Value in, WeightRef gain, float epsilon) ->
                    norm(read(made, in), rows(gain)[0], epsilon);
            case Op.Rope(Value _, Value in, RopeSpec rope) -> turn(read(made, in), rope);
            case Op.Attend attend -> attend(attend, made);
            case Op.Gate(Value _, Value gate, Value up, GateActivation activation) ->
                    gate(read(made, gate), read(made, up), activation);
            case Op.Add(Value _, Value left, Value right) ->
                    sum(read(made, left), read(made, right));
        };
    }

    private static double[] read(Map<Value, double[]> made, Value value) {
        double[] numbers = made.get(value);
        if (numbers == null) {
            throw new IllegalStateException(value + " is read before it is made");
        }
        return numbers;
    }

    private double[][] rows(WeightRef ref) {
        return decoded.computeIfAbsent(
                ref.name(),
                name -> {
                    Weight weight = weights.weight(name);
                    var rows = new double[weight.shape().rows()][];
                    for (int row = 0; row < rows.length; row++) {
                        rows[row] = ReferenceCodec.decodeRow(weight, row);
                    }
                    return rows;
                });
    }

    private static double[] activations(double[] in, ActivationQuant rule) {
        return switch (rule) {
            case NONE -> in;
            case INT8_PER_TOKEN -> {
                double largest = 1e-5;
                for (double x : in) {
                    largest = Math.max(largest, Math.abs(x));
                }
                double scale = 127 / largest;
                var out = new double[in.length];
                for (int i = 0; i < in.length; i++) {
                    out[i] = Math.clamp(Math.rint(in[i] * scale), -128, 127) / scale;
                }
                yield out;
            }
        };
    }

    private static double[] product(double[][] rows, double[] in) {
        var out = new double[rows.length];
        for (int row = 0; row < out.length; row++) {
            double sum = 0;
            for (int col = 0; col < in.length; col++) {
                sum += rows[row][col] * in[col];
            }
            out[row] = sum;
        }
        return out;
    }

    private static double[] norm(double[] in, double[] gain, double epsilon) {
        var out = new double[in.length];
        for (int start = 0; start < in.length; start += gain.length) {
            double squares = 0;
            for (int i = 0; i < gain.length; i++) {
                squares += in[start + i] * in[start + i];
            }
            double root = Math.sqrt(squares / gain.length + epsilon);
            for (int i = 0; i < gain.length; i++) {
                out[start + i] = in[start + i] / root * gain[i];
            }
        }
        return out;
    }

    private double[] turn(double[] in, RopeSpec rope) {
        var out = new double[in.length];
        int half = rope.headDim() / 2;
        for (int head = 0; head < in.length; head += rope.headDim()) {
            for (int i = 0; i < half; i++) {
                double angle = position * rope.frequency(i);
                double cos = rope.magnitude() * Math.cos(angle);
                double sin = rope.magnitude() * Math.sin(angle);
                double first = in[head + i];
                double second = in[head + half + i];
                out[head + i] = first * cos - second * sin;
                out[head + half + i] = second * cos + first * sin;
            }
        }
        return out;
    }

    private double[] attend(Op.Attend op, Map<Value, double[]> made) {
        List<double[]> pastKeys = keys.computeIfAbsent(op, _ -> new ArrayList<>());
        List<double[]> pastValues = values.computeIfAbsent(op, _ -> new ArrayList<>());
        pastKeys.add(read(made, op.keys()));
        pastValues.add(read(made, op.values()));
        double[] queries = read(made, op.queries());
        AttentionSpec spec = op.attention();
        int dim = spec.headDim();
        var out = new double[spec.queryWidth()];
        for (int head = 0; head < spec.heads(); head++) {
            int q = head * dim;
            int kv = head / (spec.heads() / spec.kvHeads()) * dim;
            var scores = new double[pastKeys.size()];
            for (int t = 0; t < scores.length; t++) {
                for (int i = 0; i < dim; i++) {
                    scores[t] += spec.scale() * queries[q + i] * pastKeys.get(t)[kv + i];
                }
            }
            double[] logShares = LogitMetrics.logSoftmax(scores);
            for (int t = 0; t < scores.length; t++) {
                for (int i = 0; i < dim; i++) {
                    out[q + i] += Math.exp(logShares[t]) * pastValues.get(t)[kv + i];
                }
            }
        }
        return out;
    }

    private static double[] gate(double[] gate, double[] up, GateActivation activation) {
        var out = new double[gate.length];
        for (int i = 0; i < out.length; i++) {
            double x = gate[i];
            double opened =
                    switch (activation) {
                        case SILU -> x / (1 + Math.exp(-x));
                        case RELU_SQUARED -> Math.max(x, 0) * Math.max(x, 0);
                    };
            out[i] = opened * up[i];
        }
        return out;
    }

    private static double[] sum(double[] left, double[] right) {
        var out = new double[left.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = left[i] + right[i];
        }
        return out;
    }
}
