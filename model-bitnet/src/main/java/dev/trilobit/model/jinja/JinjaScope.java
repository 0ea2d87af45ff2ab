package dev.trilobit.model.jinja;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Variables, inside those of the enclosing block. */
final class JinjaScope {
    private final @Nullable JinjaScope outer;
    private final Map<String, JinjaValue> variables = new HashMap<>();

    private JinjaScope(@Nullable JinjaScope outer) {
        this.outer = outer;
    }

    static JinjaScope global(Map<String, JinjaValue> variables) {
        JinjaScope scope = new JinjaScope(null);
        scope.variables.putAll(variables);
        return scope;
    }

    JinjaScope inner() {
        return new JinjaScope(this);
    }

    Optional<JinjaValue> find(String name) {
        for (JinjaScope scope = this; scope != null; scope = scope.outer) {
            JinjaValue value = scope.variables.get(name);
            if (value != null) {
                return Optional.of(value);
            }
        }
        return Optional.empty();
    }

    void set(String name, JinjaValue value) {
        variables.put(name, value);
    }
}
