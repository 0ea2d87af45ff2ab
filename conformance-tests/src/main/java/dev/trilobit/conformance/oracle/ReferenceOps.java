package dev.trilobit.conformance.oracle;

import dev.trilobit.api.program.ActivationQuant;
import dev.trilobit.api.program.AttentionSpec;
import dev.trilobit.api.program.GateActivation;
import dev.trilobit.api.program.Op;
import dev.trilobit.api.program.RopeSpec;
import dev.trilobit.conformance.oracle.DecodedWeights.Rows;
import java.util.stream.IntStream;

/**
 * Every {@link dev.trilobit.api.program.Op} in float64, in the words of its javadoc, for all tokens
 * of a sequence that starts at position 0.
 */
final class ReferenceOps {
    private ReferenceOps() {}

    static Activations embed(Rows table, int width, int[] tokens) {
        var out = new Activations(width, tokens.length);
        for (int t = 0; t < tokens.length; t++) {
            out.setToken(t, table.row(tokens[t]));
        }
        return out;
    }

    /**
     * Multiplies with a matrix.
     *
     * @param layer its shape, its format and the rule for {@code in}
     */
    static Activations linear(Rows weight, Op.Linear layer, Activations in) {
        Activations x =
                switch (layer.activations()) {
                    case NONE -> in;
                    case INT8_PER_TOKEN -> int8PerToken(in);
                    case INT8_PER_GROUP ->
                            int8PerRun(in, layer.weight().format().runCols(in.width()));
                };
        var out = new Activations(layer.out().width(), in.tokens());
        IntStream.range(0, layer.out().width())
                .parallel()
                .forEach(row -> product(weight.row(row), x, out.element(row)));
        return out;
    }

    /** Adds weight times input of every token to {@code sums}: [tokens]. */
    private static void product(double[] weight, Activations x, double[] sums) {
        for (int col = 0; col < weight.length; col++) {
            double w = weight[col];
            double[] elements = x.element(col);
            for (int t = 0; t < sums.length; t++) {
                sums[t] += w * elements[t];
            }
        }
    }

    /** {@code q / s} with {@code s = 127 / max(max|x|, 1e-5)}, ties to even. */
    private static Activations int8PerToken(Activations in) {
        var out = new Activations(in.width(), in.tokens());
        for (int t = 0; t < in.tokens(); t++) {
            double largest = 1e-5;
            for (int i = 0; i < in.width(); i++) {
                largest = Math.max(largest, Math.abs(in.get(t, i)));
            }
            double scale = 127 / largest;
            for (int i = 0; i < in.width(); i++) {
                double q = Math.rint(in.get(t, i) * scale);
                out.set(t, i, Math.clamp(q, -128, 127) / scale);
            }
        }
        return out;
    }

    /** {@code q * m / 127} with m the largest magnitude of a run, ties to even. */
    private static Activations int8PerRun(Activations in, int run) {
        var out = new Activations(in.width(), in.tokens());
        for (int t = 0; t < in.tokens(); t++) {
            for (int start = 0; start < in.width(); start += run) {
                int end = Math.min(start + run, in.width());
                double largest = ActivationQuant.LEAST_RUN_MAGNITUDE;
                for (int i = start; i < end; i++) {
                    largest = Math.max(largest, Math.abs(in.get(t, i)));
                }
                for (int i = start; i < end; i++) {
                    double q = Math.rint(in.get(t, i) * (127 / largest));
                    out.set(t, i, q * (largest / 127));
                }
            }
        }
        return out;
    }

    static Activations rmsNorm(double[] gain, Activations in, double epsilon) {
        var out = new Activations(in.width(), in.tokens());
        for (int t = 0; t < in.tokens(); t++) {
            for (int start = 0; start < in.width(); start += gain.length) {
                double squares = 0;
                for (int i = 0; i < gain.length; i++) {
                    squares += in.get(t, start + i) * in.get(t, start + i);
                }
                double root = Math.sqrt(squares / gain.length + epsilon);
                for (int i = 0; i < gain.length; i++) {
                    out.set(t, start + i, in.get(t, start + i) / root * gain[i]);
                }
            }
        }
        return out;
    }

    static Activations rope(RopeSpec rope, Activations in) {
        var out = new Activations(in.width(), in.tokens());
        int half = rope.headDim() / 2;
        for (int position = 0; position < in.tokens(); position++) {
            for (int head = 0; head < in.width(); head += rope.headDim()) {
                for (int i = 0; i < half; i++) {
                    double angle = position * rope.frequency(i);
                    double cos = rope.magnitude() * Math.cos(angle);
                    double sin = rope.magnitude() * Math.sin(angle);
                    double first = in.get(position, head + i);
                    double second = in.get(position, head + half + i);
                    out.set(position, head + i, first * cos - second * sin);
                    out.set(position, head + half + i, second * cos + first * sin);
                }
            }
        }
        return out;
    }

    static Activations attend(
            AttentionSpec spec, Activations queries, Activations keys, Activations values) {
        var out = new Activations(spec.queryWidth(), queries.tokens());
        int queriesAKey = spec.heads() / spec.kvHeads();
        IntStream.range(0, queries.tokens())
                .parallel()
                .forEach(
                        t -> {
                            for (int head = 0; head < spec.heads(); head++) {
                                int q = head * spec.headDim();
                                int kv = head / queriesAKey * spec.headDim();
                                attend(spec, t, q, kv, queries, keys, values, out);
                            }
                        });
        return out;
    }

    /** One head of one token; q and kv are the head's first elements. */
    private static void attend(
            AttentionSpec spec,
            int token,
            int q,
            int kv,
            Activations queries,
            Activations keys,
            Activations values,
            Activations out) {
        var shares = new double[token + 1];
        double largest = Double.NEGATIVE_INFINITY;
        for (int past = 0; past <= token; past++) {
            double score = 0;
            for (int i = 0; i < spec.headDim(); i++) {
                score += queries.get(token, q + i) * keys.get(past, kv + i);
            }
            shares[past] = spec.scale() * score;
            largest = Math.max(largest, shares[past]);
        }
        double sum = 0;
        for (int past = 0; past <= token; past++) {
            shares[past] = Math.exp(shares[past] - largest);
            sum += shares[past];
        }
        for (int i = 0; i < spec.headDim(); i++) {
            double mixed = 0;
            for (int past = 0; past <= token; past++) {
                mixed += shares[past] / sum * values.get(past, kv + i);
            }
            out.set(token, q + i, mixed);
        }
    }

    static Activations gate(GateActivation activation, Activations gate, Activations up) {
        var out = new Activations(gate.width(), gate.tokens());
        for (int t = 0; t < gate.tokens(); t++) {
            for (int i = 0; i < gate.width(); i++) {
                double x = gate.get(t, i);
                double opened =
                        switch (activation) {
                            case SILU -> x / (1 + Math.exp(-x));
                            case RELU_SQUARED -> Math.max(x, 0) * Math.max(x, 0);
                        };
                out.set(t, i, opened * up.get(t, i));
            }
        }
        return out;
    }

    static Activations add(Activations left, Activations right) {
        var out = new Activations(left.width(), left.tokens());
        for (int t = 0; t < left.tokens(); t++) {
            for (int i = 0; i < left.width(); i++) {
                out.set(t, i, left.get(t, i) + right.get(t, i));
            }
        }
        return out;
    }
}
