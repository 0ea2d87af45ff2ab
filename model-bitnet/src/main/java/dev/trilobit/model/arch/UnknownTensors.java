package dev.trilobit.model.arch;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

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

    private final String refusal;
    private final Pattern names;

    UnknownTensors(String refusal, String names) {
        this.refusal = refusal;
        this.names = Pattern.compile(names);
    }

    /** Returns one sentence for each kind of tensor among {@code names}, which nobody asked for. */
    static List<String> problems(List<String> names) {
        var rest = new ArrayList<>(names);
        var problems = new ArrayList<String>();
        for (UnknownTensors kind : values()) {
            List<String> found = rest.stream().filter(kind.names.asMatchPredicate()).toList();
            if (!found.isEmpty()) {
                problems.add("%s, got %s".formatted(kind.refusal, String.join(", ", found)));
                rest.removeAll(found);
            }
        }
        if (!rest.isEmpty()) {
            problems.add(
                    "%d tensors are unknown to this architecture: %s"
                            .formatted(rest.size(), String.join(", ", rest)));
        }
        return problems;
    }
}
