package dev.trilobit.model.arch;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Says what tensors mean that no decoder here has: each kind would need another graph. */
enum UnknownTensors {
    BIASES("biases are not supported", "(.*\\.)?bias"),
    EXPERTS(
            "mixtures of experts are not supported",
            ".*(\\.experts\\.|_exps\\.|_exp\\.|ffn_gate_inp|_shexp\\.|\\.ffn_\\w+\\.\\d+\\.).*"),
    LINEAR_NORMS(
            "norms inside linear layers, one for each projection, are not supported",
            ".*_proj\\.(norm|rms_norm)\\.weight|.*_norm_in\\.weight"),
    INPUT_SCALES("stored scales of activations are not supported", ".*\\.input_scale"),
    RECURRENT(
            "recurrent and linear attention layers are not supported",
            ".*(\\.ssm_|\\.linear_attn\\.|\\.mamba\\.).*");

    private static final int MOST_SHOWN = 100;

    private final String refusal;
    private final Pattern names;

    UnknownTensors(String refusal, String names) {
        this.refusal = refusal;
        this.names = Pattern.compile(names);
    }

    /** Returns one sentence for each kind of tensor among {@code names}, which nobody asked for. */
    static List<String> problems(List<String> names) {
        var rest = names;
        var problems = new ArrayList<String>();
        for (UnknownTensors kind : values()) {
            Map<Boolean, List<String>> parts =
                    rest.stream().collect(Collectors.partitioningBy(kind.names.asMatchPredicate()));
            List<String> found = parts.getOrDefault(true, List.of());
            if (!found.isEmpty()) {
                problems.add("%s, got %s".formatted(kind.refusal, listed(found)));
            }
            rest = parts.getOrDefault(false, List.of());
        }
        if (!rest.isEmpty()) {
            problems.add(
                    "%d tensors are unknown to this architecture: %s"
                            .formatted(rest.size(), listed(rest)));
        }
        return problems;
    }

    /** Joins names; of very many the first, since a file can have a million. */
    static String listed(Collection<String> names) {
        String first = names.stream().limit(MOST_SHOWN).collect(Collectors.joining(", "));
        return names.size() <= MOST_SHOWN
                ? first
                : "%s and %d more".formatted(first, names.size() - MOST_SHOWN);
    }
}
