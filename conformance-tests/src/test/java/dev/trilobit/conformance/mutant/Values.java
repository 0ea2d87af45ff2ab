package dev.trilobit.conformance.mutant;

import dev.trilobit.api.program.Op;
import dev.trilobit.api.program.Program;
import dev.trilobit.api.program.Value;
import java.util.ArrayList;
import java.util.List;

/** The values of a step, each [tokens, width], in one run of memory. */
final class Values {
    /** Where they lie. */
    enum Order {
        /** A later value before an earlier one: what is past a value may still be read. */
        REVERSED,
        /** A later value behind an earlier one, or where one of its size is no longer read. */
        REUSED
    }

    private final Program program;
    private final Order order;
    private final int[] starts;
    private float[] memory = {};
    private int tokens;

    Values(Program program, Order order) {
        this.program = program;
        this.order = order;
        this.starts = new int[program.ops().size()];
    }

    /** Makes room for steps of {@code count} tokens; what was there is lost. */
    void reserve(int count) {
        if (count <= tokens) {
            return;
        }
        memory =
                new float
                        [switch (order) {
                            case REVERSED -> placeReversed(count);
                            case REUSED -> placeReused(count);
                        }];
        tokens = count;
    }

    private int placeReversed(int count) {
        int size = 0;
        for (Op op : program.ops().reversed()) {
            starts[op.out().id()] = size;
            size = Math.addExact(size, Math.multiplyExact(op.out().width(), count));
        }
        return size;
    }

    private int placeReused(int count) {
        int size = 0;
        var free = new ArrayList<Value>();
        List<Op> ops = program.ops();
        for (Op op : ops) {
            Value out = op.out();
            Value room =
                    free.stream()
                            .filter(value -> value.width() == out.width())
                            .findFirst()
                            .orElse(out);
            if (free.remove(room)) {
                starts[out.id()] = starts[room.id()];
            } else {
                starts[out.id()] = size;
                size = Math.addExact(size, Math.multiplyExact(out.width(), count));
            }
            List<Op> later = ops.subList(out.id() + 1, ops.size());
            op.inputs().stream()
                    .distinct()
                    .filter(in -> later.stream().noneMatch(next -> next.inputs().contains(in)))
                    .forEach(free::add);
        }
        return size;
    }

    /** Returns the memory of all values. */
    float[] memory() {
        return memory;
    }

    /** Returns where a value begins. */
    int start(Value value) {
        return starts[value.id()];
    }

    /** Writes past the end of a value that steps of {@code count} tokens have filled. */
    void zeroBehind(Value value, int count) {
        int end = starts[value.id()] + value.width() * count;
        if (end < memory.length) {
            memory[end] = 0;
        }
    }
}
