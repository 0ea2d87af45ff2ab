package dev.trilobit.api.program;

import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.MatrixShape;
import java.util.List;

/**
 * One operation of a decoder step, applied to each token of the step on its own, except for {@link
 * Attend}. The set is closed: a backend that switches over it must learn a new one before it
 * compiles. Each checks the widths of its values and weights; {@link ProgramBuilder} numbers them.
 */
public sealed interface Op {
    /** The value it assigns. */
    Value out();

    /** The values it reads. */
    List<Value> inputs();

    /** The matrices it reads. */
    default List<WeightRef> weights() {
        return List.of();
    }

    /** Checks the shape of a weight. */
    static void requireShape(String op, WeightRef weight, MatrixShape expected) {
        if (!weight.shape().equals(expected)) {
            throw new IllegalArgumentException(
                    "%s: weight %s is %s, expected %s"
                            .formatted(op, weight.name(), weight.shape(), expected));
        }
    }

    private static void requireWidth(String what, Value value, int width) {
        if (value.width() != width) {
            throw new IllegalArgumentException(
                    "%s: expected width %d, got %s".formatted(what, width, value));
        }
    }

    /**
     * Looks up the token's row of {@code table}.
     *
     * @param table [vocabulary, out.width]
     */
    record Embed(Value out, WeightRef table) implements Op {
        public Embed {
            requireShape("embed", table, new MatrixShape(table.shape().rows(), out.width()));
        }

        @Override
        public List<WeightRef> weights() {
            return List.of(table);
        }

        @Override
        public List<Value> inputs() {
            return List.of();
        }
    }

    /**
     * {@code out = W in}, no bias.
     *
     * @param weight [out.width, in.width]
     * @param activations what happens to {@code in} first
     */
    record Linear(Value out, Value in, WeightRef weight, ActivationQuant activations)
            implements Op {
        public Linear {
            requireShape("linear", weight, new MatrixShape(out.width(), in.width()));
        }

        @Override
        public List<WeightRef> weights() {
            return List.of(weight);
        }

        @Override
        public List<Value> inputs() {
            return List.of(in);
        }
    }

    /**
     * {@code out = in / sqrt(mean(in^2) + epsilon) * gain} over each run of as many elements as
     * {@code gain} has: the whole width, or one head.
     *
     * @param gain a dense vector whose length divides the width
     * @param epsilon positive
     */
    record RmsNorm(Value out, Value in, WeightRef gain, float epsilon) implements Op {
        public RmsNorm {
            requireWidth("norm", out, in.width());
            MatrixShape shape = gain.shape();
            if (shape.rows() != 1 || in.width() % shape.cols() != 0) {
                throw new IllegalArgumentException(
                        "norm: gain %s is %s, expected one row whose length divides %d"
                                .formatted(gain.name(), shape, in.width()));
            }
            if (!(gain.format() instanceof Dense)) {
                throw new IllegalArgumentException(
                        "norm: gain %s is %s, expected a dense vector"
                                .formatted(gain.name(), gain.format().label()));
            }
            if (!(epsilon > 0) || Float.isInfinite(epsilon)) {
                throw new IllegalArgumentException(
                        "norm: epsilon must be positive, got " + epsilon);
            }
        }

        @Override
        public List<WeightRef> weights() {
            return List.of(gain);
        }

        @Override
        public List<Value> inputs() {
            return List.of(in);
        }
    }

    /** Turns every head of {@code in} by the token's position in the session. */
    record Rope(Value out, Value in, RopeSpec rope) implements Op {
        public Rope {
            requireWidth("rope", out, in.width());
            if (in.width() % rope.headDim() != 0) {
                throw new IllegalArgumentException(
                        "rope: width %d is no multiple of the head's %d"
                                .formatted(in.width(), rope.headDim()));
            }
        }

        @Override
        public List<Value> inputs() {
            return List.of(in);
        }
    }

    /**
     * Appends the token's keys and values to this op's cache in the session and attends over all
     * positions up to its own: {@code out = softmax(scale * q K^T) V} a head.
     */
    record Attend(Value out, Value queries, Value keys, Value values, AttentionSpec attention)
            implements Op {
        public Attend {
            requireWidth("attention queries", queries, attention.queryWidth());
            requireWidth("attention keys", keys, attention.kvWidth());
            requireWidth("attention values", values, attention.kvWidth());
            requireWidth("attention result", out, attention.queryWidth());
        }

        @Override
        public List<Value> inputs() {
            return List.of(queries, keys, values);
        }
    }

    /** {@code out = activation(gate) * up}, element by element. */
    record Gate(Value out, Value gate, Value up, GateActivation activation) implements Op {
        public Gate {
            requireWidth("gate up", up, gate.width());
            requireWidth("gate result", out, gate.width());
        }

        @Override
        public List<Value> inputs() {
            return List.of(gate, up);
        }
    }

    /** {@code out = left + right}, element by element. */
    record Add(Value out, Value left, Value right) implements Op {
        public Add {
            requireWidth("add", right, left.width());
            requireWidth("add result", out, left.width());
        }

        @Override
        public List<Value> inputs() {
            return List.of(left, right);
        }
    }
}
