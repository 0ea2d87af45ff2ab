package dev.trilobit.conformance.op;

import dev.trilobit.api.program.GateActivation;
import dev.trilobit.api.program.Program;
import dev.trilobit.api.program.ProgramBuilder;
import dev.trilobit.api.program.Value;
import dev.trilobit.api.program.WeightRef;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.conformance.fixture.GuardedWeights;
import dev.trilobit.conformance.fixture.TestVectors;
import dev.trilobit.conformance.oracle.ReferenceDecoder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An op on inputs that token ids choose from tables of vectors. In the plain program the op makes
 * the logits. In the guarded ones other values are made before the op and read after it, so that an
 * op which writes outside its value gives itself away, whether values lie in memory in the order
 * they are made in, against it, or where one lay that is no longer in use. What is read after the
 * op adds up to zero, exactly and only if nothing was written to it, so that all programs make the
 * same logits.
 */
final class OneOp implements AutoCloseable {
    /** Prime, so that the pattern lines up with no block. */
    private static final int LARGEST_CANARY = 61;

    private final String label;
    private final int vocabulary;
    private final GuardedWeights weights = new GuardedWeights();
    private final Program plain;
    private final Map<String, Program> guarded = new LinkedHashMap<>();

    /** Adds the op to a program. */
    @FunctionalInterface
    interface Body {
        Value apply(ProgramBuilder builder, List<Value> inputs);
    }

    /**
     * Makes the programs.
     *
     * @param label shape, format and seed, for findings
     * @param inputs a table for each input, with one vector a token id
     * @param operands weights that the op reads
     */
    OneOp(
            String label,
            int vocabulary,
            List<List<float[]>> inputs,
            List<Weight> operands,
            Body body) {
        this.label = label;
        this.vocabulary = vocabulary;
        var tables = new ArrayList<Weight>();
        for (List<float[]> vectors : inputs) {
            tables.add(TestVectors.table("input." + tables.size(), vectors));
        }
        tables.forEach(weights::add);
        operands.forEach(weights::add);
        var builder = new ProgramBuilder(vocabulary);
        int width = body.apply(builder, embed(builder, tables)).width();
        this.plain = builder.build();
        Weight canary = canary("canary", width, 1);
        Weight negated = canary("canary.negated", width, -1);
        weights.add(canary);
        weights.add(negated);
        guarded.put("next to values in use", nextToOthers(tables, ref(canary), ref(negated), body));
        guarded.put("between values in use", inAGap(tables, ref(canary), ref(negated), body));
        guarded.put("twice on the same inputs", twice(tables, ref(canary), ref(negated), body));
    }

    /** Small whole numbers, none of them zero, whose sums every float type holds exactly. */
    private Weight canary(String name, int width, int sign) {
        var vectors = new ArrayList<float[]>();
        for (int token = 0; token < vocabulary; token++) {
            var vector = new float[width];
            for (int i = 0; i < width; i++) {
                vector[i] = sign * (1 + (7 * token + i) % LARGEST_CANARY);
            }
            vectors.add(vector);
        }
        return TestVectors.table(name, vectors);
    }

    /**
     * The value made right before the op, and the one made before its inputs, are read after it.
     */
    private Program nextToOthers(
            List<Weight> tables, WeightRef canary, WeightRef negated, Body body) {
        var builder = new ProgramBuilder(vocabulary);
        Value first = builder.embed(canary);
        List<Value> inputs = embed(builder, tables);
        Value second = builder.embed(negated);
        Value result = body.apply(builder, inputs);
        builder.add(builder.add(first, second), result);
        return builder.build();
    }

    /**
     * A value of the op's width is no longer in use when the op runs and lies between two that are:
     * a backend that gives memory to several values is led to put the op's there.
     */
    private Program inAGap(List<Weight> tables, WeightRef canary, WeightRef negated, Body body) {
        var builder = new ProgramBuilder(vocabulary);
        Value before = builder.embed(canary);
        Value gap = builder.embed(canary);
        Value after = builder.embed(negated);
        List<Value> inputs = embed(builder, tables);
        Value twofold = builder.add(before, gap);
        Value result = body.apply(builder, inputs);
        Value none = builder.add(builder.add(twofold, after), after);
        builder.add(builder.add(builder.add(before, after), none), result);
        return builder.build();
    }

    /** The second time sees what the first has made of the inputs; its own result counts for 0. */
    private Program twice(List<Weight> tables, WeightRef canary, WeightRef negated, Body body) {
        var builder = new ProgramBuilder(vocabulary);
        Value zeros = builder.add(builder.embed(canary), builder.embed(negated));
        List<Value> inputs = embed(builder, tables);
        Value first = body.apply(builder, inputs);
        Value second = body.apply(builder, inputs);
        builder.add(second, builder.gate(zeros, first, GateActivation.RELU_SQUARED));
        return builder.build();
    }

    private static List<Value> embed(ProgramBuilder builder, List<Weight> tables) {
        return tables.stream().map(table -> builder.embed(ref(table))).toList();
    }

    /** Returns how a program names a weight. */
    static WeightRef ref(Weight weight) {
        return new WeightRef(weight.name(), weight.shape(), weight.format());
    }

    String label() {
        return label;
    }

    Program plain() {
        return plain;
    }

    /** Returns programs that make the same logits while other values are in use, by name. */
    Map<String, Program> guarded() {
        return guarded;
    }

    GuardedWeights weights() {
        return weights;
    }

    /** Returns every id once. */
    int[] everyToken() {
        var tokens = new int[vocabulary];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = i;
        }
        return tokens;
    }

    /** Returns what the oracle makes of a sequence: [tokens][width]. */
    double[][] oracle(int[] tokens) {
        var rows = new double[tokens.length][];
        try (var cursor = new ReferenceDecoder(plain, weights).open(tokens)) {
            for (int t = 0; t < rows.length; t++) {
                rows[t] = cursor.next();
            }
        }
        return rows;
    }

    @Override
    public void close() {
        weights.close();
    }
}
