package dev.trilobit.model.convert;

import dev.trilobit.api.program.Op;
import dev.trilobit.api.program.Program;
import dev.trilobit.api.program.WeightRef;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One matrix of a decoder and what it is for.
 *
 * @param module its name in transformers, without {@code .weight}
 * @param role what it is for
 * @param source what the program reads
 */
record ModelPart(String module, Role role, WeightRef source) {
    static final String EMBEDDING = "model.embed_tokens";
    static final String HEAD = "lm_head";
    private static final String WEIGHT = ".weight";

    /** What a matrix is for. */
    enum Role {
        /** The embedding table; in a tied model the head as well. */
        EMBEDDING,
        /** A head of its own. */
        HEAD,
        /** The gain of a norm. */
        NORM,
        /** A linear layer of a decoder layer. */
        LINEAR
    }

    /** Lists the matrices of a program in the order its ops read them. */
    static List<ModelPart> of(Program program) {
        Map<String, ModelPart> parts = new LinkedHashMap<>();
        for (Op op : program.ops()) {
            switch (op) {
                case Op.Embed embed -> add(parts, embed.table(), Role.EMBEDDING);
                case Op.RmsNorm norm -> add(parts, norm.gain(), Role.NORM);
                case Op.Linear linear ->
                        add(
                                parts,
                                linear.weight(),
                                op.equals(program.ops().getLast()) ? Role.HEAD : Role.LINEAR);
                case Op.Rope _, Op.Attend _, Op.Gate _, Op.Add _ -> {}
            }
        }
        return new ArrayList<>(parts.values());
    }

    /** A tied head was there before, as the embedding. */
    private static void add(Map<String, ModelPart> parts, WeightRef weight, Role role) {
        String name = weight.name();
        if (!name.endsWith(WEIGHT)) {
            throw new IllegalArgumentException("weight %s: expected .weight".formatted(name));
        }
        String module = name.substring(0, name.length() - WEIGHT.length());
        parts.putIfAbsent(name, new ModelPart(module, role, weight));
    }

    /** Returns whether the head of a program is its embedding table. */
    static boolean isTied(List<ModelPart> parts) {
        return parts.stream().noneMatch(part -> part.role() == Role.HEAD);
    }

    /** Returns whether the rotary embedding pairs its rows. */
    boolean isRotated() {
        return module.endsWith(".q_proj") || module.endsWith(".k_proj");
    }
}
