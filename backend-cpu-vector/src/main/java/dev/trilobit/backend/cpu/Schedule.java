package dev.trilobit.backend.cpu;

import dev.trilobit.api.program.Op;
import dev.trilobit.api.program.Program;
import dev.trilobit.api.program.Value;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The ops of a program in the groups that run as one step: linear layers that read the same value
 * through equal tiles form a group at the place of the first. The last op stays alone, since its
 * result is the logits.
 */
final class Schedule {
    private final List<List<Op>> groups = new ArrayList<>();

    Schedule(Program program, ProgramWeights weights) {
        List<Op> ops = program.ops();
        Set<Op> placed = new HashSet<>();
        for (int i = 0; i < ops.size(); i++) {
            if (!placed.add(ops.get(i))) {
                continue;
            }
            var group = new ArrayList<Op>();
            group.add(ops.get(i));
            if (ops.get(i) instanceof Op.Linear first && i < ops.size() - 1) {
                for (int j = i + 1; j < ops.size() - 1; j++) {
                    if (ops.get(j) instanceof Op.Linear other
                            && sharesTile(first, other, weights)) {
                        placed.add(other);
                        group.add(other);
                    }
                }
            }
            groups.add(group);
        }
    }

    private static boolean sharesTile(Op.Linear a, Op.Linear b, ProgramWeights weights) {
        return a.in().equals(b.in())
                && weights.matrix(a).tileLayout().equals(weights.matrix(b).tileLayout());
    }

    /** Groups in the order they run; a group is one op, or several linear ones. */
    List<List<Op>> groups() {
        return groups;
    }

    /**
     * Tells whether a token may go through the group after this one before other tokens have gone
     * through this one: both do each token on its own, and both are done for the same tokens.
     */
    boolean joinsNext(int group) {
        return group + 1 < groups.size()
                && group != lastPositional()
                && isByToken(groups.get(group).getFirst())
                && isByToken(groups.get(group + 1).getFirst());
    }

    private static boolean isByToken(Op op) {
        return switch (op) {
            case Op.Embed _, Op.RmsNorm _, Op.Rope _, Op.Gate _, Op.Add _ -> true;
            case Op.Linear _, Op.Attend _ -> false;
        };
    }

    /** Number of the last group that needs all tokens of a step or their positions. */
    int lastPositional() {
        for (int g = groups.size() - 1; g >= 0; g--) {
            boolean positional =
                    switch (groups.get(g).getFirst()) {
                        case Op.Embed _, Op.Rope _, Op.Attend _ -> true;
                        case Op.Linear _, Op.RmsNorm _, Op.Gate _, Op.Add _ -> false;
                    };
            if (positional) {
                return g;
            }
        }
        return -1;
    }

    /** Number of the last group that reads {@code value}, or -1. */
    int lastUse(Value value) {
        for (int g = groups.size() - 1; g >= 0; g--) {
            if (groups.get(g).getFirst().inputs().contains(value)) {
                return g;
            }
        }
        return -1;
    }
}
