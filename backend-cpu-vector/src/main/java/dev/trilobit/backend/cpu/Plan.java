package dev.trilobit.backend.cpu;

import dev.trilobit.api.program.Op;
import dev.trilobit.api.program.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the values of a schedule lie: values that are never live together share a slot of
 * activations. Immutable after construction.
 */
final class Plan {
    private final Schedule schedule;
    private final int tokensPerStep;
    private final Map<Value, Integer> slots = new HashMap<>();
    private final List<Integer> slotWidths = new ArrayList<>();
    private final List<Value> liveAtCut = new ArrayList<>();

    /**
     * Assigns slots.
     *
     * @param tokensPerStep tokens a slot holds
     */
    Plan(Schedule schedule, int tokensPerStep) {
        this.schedule = schedule;
        this.tokensPerStep = tokensPerStep;
        var free = new ArrayList<Integer>();
        var live = new ArrayList<Value>();
        List<List<Op>> groups = schedule.groups();
        for (int g = 0; g < groups.size(); g++) {
            boolean last = g == groups.size() - 1;
            for (Op op : groups.get(g)) {
                // The logits of a linear layer go to an array that grows with the rows asked for.
                boolean elsewhere = last && op instanceof Op.Linear;
                slots.put(op.out(), elsewhere ? emptySlot() : takeSlot(free, op.out().width()));
                live.add(op.out());
            }
            // One token may be a step ahead of another: what the other still reads must stay.
            boolean done = !schedule.joinsNext(g);
            for (var values = live.iterator(); values.hasNext(); ) {
                Value value = values.next();
                if (done && schedule.lastUse(value) <= g) {
                    free.add(slot(value));
                    values.remove();
                }
            }
            if (g == schedule.lastPositional()) {
                liveAtCut.addAll(live);
            }
        }
    }

    /** Takes the tightest free slot that fits, else widens the widest, else opens a new one. */
    private int takeSlot(List<Integer> free, int width) {
        int best = -1;
        for (int slot : free) {
            if (best < 0 || better(slotWidths.get(slot), slotWidths.get(best), width)) {
                best = slot;
            }
        }
        if (best < 0) {
            slotWidths.add(width);
            return slotWidths.size() - 1;
        }
        free.remove(Integer.valueOf(best));
        slotWidths.set(best, Math.max(slotWidths.get(best), width));
        return best;
    }

    private int emptySlot() {
        slotWidths.add(0);
        return slotWidths.size() - 1;
    }

    private static boolean better(int candidate, int best, int wanted) {
        boolean fits = candidate >= wanted;
        boolean bestFits = best >= wanted;
        if (fits != bestFits) {
            return fits;
        }
        return fits ? candidate < best : candidate > best;
    }

    Schedule schedule() {
        return schedule;
    }

    /** Slot of a value. */
    int slot(Value value) {
        Integer slot = slots.get(value);
        if (slot == null) {
            throw new IllegalStateException("no slot for " + value);
        }
        return slot;
    }

    /** Floats of each slot. */
    List<Integer> slotSizes() {
        return slotWidths.stream().map(width -> Math.multiplyExact(width, tokensPerStep)).toList();
    }

    /**
     * Values that groups after {@link Schedule#lastPositional} read: where only the last token's
     * logits are wanted, only their last row is needed from there on.
     */
    List<Value> liveAtCut() {
        return liveAtCut;
    }
}
