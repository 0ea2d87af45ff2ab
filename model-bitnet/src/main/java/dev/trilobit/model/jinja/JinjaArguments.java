package dev.trilobit.model.jinja;

import java.util.List;
import java.util.Map;

/** The values of a call. */
record JinjaArguments(List<JinjaValue> positional, Map<String, JinjaValue> named) {
    static final JinjaArguments NONE = new JinjaArguments(List.of(), Map.of());

    JinjaArguments {
        positional = List.copyOf(positional);
    }

    /** Returns the argument at {@code index} or called {@code name}, else {@code otherwise}. */
    JinjaValue get(int index, String name, JinjaValue otherwise) {
        if (index < positional.size()) {
            return positional.get(index);
        }
        return named.getOrDefault(name, otherwise);
    }

    /** Returns the same arguments without the first {@code count} positional ones. */
    JinjaArguments from(int count) {
        return new JinjaArguments(
                positional.subList(Math.min(count, positional.size()), positional.size()), named);
    }
}
