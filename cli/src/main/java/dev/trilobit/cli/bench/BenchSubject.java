package dev.trilobit.cli.bench;

import dev.trilobit.api.backend.Selection;
import dev.trilobit.api.program.Op;
import dev.trilobit.api.program.Program;
import dev.trilobit.cli.bench.measure.ActivationRule;
import dev.trilobit.model.arch.DecoderModel;
import dev.trilobit.model.arch.ModelSummary;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What is measured, and where.
 *
 * @param model where its files are
 * @param summary of its weights
 * @param activations how linear layers round their inputs, and how many do so
 * @param work of a token
 * @param machine backend and device
 */
record BenchSubject(
        String model,
        ModelSummary summary,
        Map<String, Integer> activations,
        TokenWork work,
        Machine machine) {
    /**
     * Where it runs.
     *
     * @param backend id
     * @param device of the backend, for people
     */
    record Machine(String backend, String device) {
        static Machine of(Selection selection) {
            return new Machine(selection.id(), selection.backend().device().name());
        }
    }

    BenchSubject {
        activations = Map.copyOf(activations);
    }

    static BenchSubject of(String label, DecoderModel model, Machine machine) {
        return new BenchSubject(
                label,
                ModelSummary.of(model),
                activations(model.program()),
                TokenWork.of(model.program()),
                machine);
    }

    private static Map<String, Integer> activations(Program program) {
        Map<String, Integer> rules = new TreeMap<>();
        for (Op op : program.ops()) {
            if (op instanceof Op.Linear linear) {
                rules.merge(ActivationRule.label(linear.activations()), 1, Integer::sum);
            }
        }
        return rules;
    }

    /** Returns the name for tables: the last part of the place. */
    String shortName() {
        List<String> parts = List.of(model.split("/", -1));
        return parts.isEmpty() ? model : parts.getLast();
    }

    /** Returns the rules for activations in a line. */
    String activationText() {
        return activations.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(rule -> "%s in %d layers".formatted(rule.getKey(), rule.getValue()))
                .reduce((a, b) -> a + ", " + b)
                .orElse("no linear layers");
    }
}
