package dev.trilobit.conformance.oracle;

import dev.trilobit.api.program.ActivationQuant;
import dev.trilobit.api.program.AttentionSpec;
import dev.trilobit.api.program.GateActivation;
import dev.trilobit.api.program.Program;
import dev.trilobit.api.program.ProgramBuilder;
import dev.trilobit.api.program.RopeScaling;
import dev.trilobit.api.program.RopeSpec;
import dev.trilobit.api.program.Value;
import dev.trilobit.api.program.WeightRef;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.api.quant.WeightWriter;
import dev.trilobit.conformance.fixture.GuardedWeights;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A short program, its weights, and what NumPy makes of it: a case of {@code ops.json}. */
final class OpGolden implements AutoCloseable {
    private final JsonNode facts;
    private final GuardedWeights weights = new GuardedWeights();
    private final Program program;

    private OpGolden(JsonNode facts) {
        this.facts = facts;
        Map<String, WeightRef> refs = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : facts.get("weights").properties()) {
            Weight weight = weight(entry.getKey(), rows(entry.getValue()));
            weights.add(weight);
            refs.put(weight.name(), new WeightRef(weight.name(), weight.shape(), weight.format()));
        }
        var builder = new ProgramBuilder(facts.get("vocabulary").intValue());
        var values = new ArrayList<Value>();
        for (JsonNode op : facts.get("ops")) {
            values.add(add(builder, op, values, refs));
        }
        this.program = builder.build();
    }

    /** Reads all cases. */
    static List<OpGolden> all() {
        try (InputStream in = OpGolden.class.getResourceAsStream("/goldens/ops.json")) {
            if (in == null) {
                throw new IllegalStateException("goldens/ops.json is no test resource");
            }
            return JsonMapper.shared()
                    .readTree(in.readAllBytes())
                    .valueStream()
                    .map(OpGolden::new)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Value add(
            ProgramBuilder builder, JsonNode op, List<Value> values, Map<String, WeightRef> refs) {
        return switch (op.get("op").stringValue()) {
            case "embed" -> builder.embed(weight(op, refs));
            case "linear" ->
                    builder.linear(
                            value(op, "in", values),
                            weight(op, refs),
                            ActivationQuant.valueOf(op.get("activations").stringValue()));
            case "norm" ->
                    builder.rmsNorm(
                            value(op, "in", values),
                            weight(op, refs),
                            op.get("epsilon").floatValue());
            case "rope" -> builder.rope(value(op, "in", values), rope(op));
            case "attend" ->
                    builder.attend(
                            value(op, "queries", values),
                            value(op, "keys", values),
                            value(op, "values", values),
                            new AttentionSpec(
                                    op.get("heads").intValue(),
                                    op.get("kvHeads").intValue(),
                                    op.get("headDim").intValue(),
                                    op.get("scale").floatValue()));
            case "gate" ->
                    builder.gate(
                            value(op, "gate", values),
                            value(op, "up", values),
                            GateActivation.valueOf(op.get("activation").stringValue()));
            case "add" -> builder.add(value(op, "left", values), value(op, "right", values));
            case String other -> throw new IllegalStateException("unknown op " + other);
        };
    }

    private static Value value(JsonNode op, String key, List<Value> values) {
        return values.get(op.get(key).intValue());
    }

    private static WeightRef weight(JsonNode op, Map<String, WeightRef> refs) {
        WeightRef ref = refs.get(op.get("weight").stringValue());
        if (ref == null) {
            throw new IllegalStateException("no weight for " + op);
        }
        return ref;
    }

    private static RopeSpec rope(JsonNode op) {
        JsonNode s = op.get("scaling");
        RopeScaling scaling =
                switch (s.get("type").stringValue()) {
                    case "none" -> new RopeScaling.None();
                    case "linear" -> new RopeScaling.Linear(number(s, "factor"));
                    case "llama3" ->
                            new RopeScaling.Llama3(
                                    number(s, "factor"),
                                    number(s, "lowFrequencyFactor"),
                                    number(s, "highFrequencyFactor"),
                                    s.get("originalContext").intValue());
                    case "yarn" ->
                            new RopeScaling.Yarn(
                                    number(s, "factor"),
                                    s.get("originalContext").intValue(),
                                    number(s, "betaFast"),
                                    number(s, "betaSlow"),
                                    number(s, "attentionFactor"));
                    case String other -> throw new IllegalStateException("unknown rope " + other);
                };
        return new RopeSpec(op.get("headDim").intValue(), number(op, "theta"), scaling);
    }

    private static double number(JsonNode node, String key) {
        return node.get(key).doubleValue();
    }

    private static Weight weight(String name, double[][] rows) {
        var shape = new MatrixShape(rows.length, rows[0].length);
        var writer = new WeightWriter(name, shape, new Dense(FloatType.F32), Arena.ofAuto());
        for (int row = 0; row < rows.length; row++) {
            for (int col = 0; col < rows[row].length; col++) {
                writer.setValue(row, col, (float) rows[row][col]);
            }
        }
        return writer.weight();
    }

    private static double[][] rows(JsonNode matrix) {
        return matrix.valueStream()
                .map(row -> row.valueStream().mapToDouble(JsonNode::doubleValue).toArray())
                .toArray(double[][]::new);
    }

    /** Returns what it tries. */
    String name() {
        return facts.get("name").stringValue();
    }

    Program program() {
        return program;
    }

    GuardedWeights weights() {
        return weights;
    }

    int[] tokens() {
        return facts.get("tokens").valueStream().mapToInt(JsonNode::intValue).toArray();
    }

    /** Returns NumPy's results: [tokens][width]. */
    double[][] expected() {
        return rows(facts.get("expected"));
    }

    @Override
    public void close() {
        weights.close();
    }
}
