package dev.trilobit.model.jinja;

import dev.trilobit.model.jinja.JinjaValue.Dict;
import dev.trilobit.model.jinja.JinjaValue.Function;
import dev.trilobit.model.jinja.JinjaValue.Int;
import dev.trilobit.model.jinja.JinjaValue.Sequence;
import dev.trilobit.model.jinja.JinjaValue.Text;
import dev.trilobit.model.jinja.JinjaValue.Undefined;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** {@code value.name}, {@code value[index]} and slices. */
final class JinjaAttributes {
    /** What the sandbox of transformers refuses: templates do not change their values. */
    private static final Set<String> CHANGES =
            Set.of(
                    "append",
                    "clear",
                    "extend",
                    "insert",
                    "pop",
                    "popitem",
                    "remove",
                    "reverse",
                    "setdefault",
                    "sort",
                    "update");

    private final JinjaRun run;
    private final JinjaOperators operators;
    private final JinjaStrings strings;

    JinjaAttributes(JinjaRun run, JinjaOperators operators) {
        this.run = run;
        this.operators = operators;
        this.strings = new JinjaStrings(run, operators);
    }

    JinjaStrings strings() {
        return strings;
    }

    /** Returns {@code value.name}: attribute first, then item. */
    JinjaValue attribute(JinjaValue value, String name) {
        Optional<JinjaValue> found = find(value, name);
        if (found.isPresent()) {
            return found.get();
        }
        return value instanceof Dict(Map<JinjaValue, JinjaValue> entries)
                ? entries.getOrDefault(Text.of(name), missing(value, name))
                : missing(value, name);
    }

    private static Undefined missing(JinjaValue value, String name) {
        return new Undefined("a %s has no '%s'".formatted(JinjaOperators.type(value), name));
    }

    /** Returns {@code value[index]}: item first, then attribute. */
    JinjaValue item(JinjaValue value, JinjaValue index) {
        if (value instanceof Dict(Map<JinjaValue, JinjaValue> entries)
                && JinjaOperators.isKey(index)
                && entries.containsKey(index)) {
            return entries.getOrDefault(index, JinjaValue.NONE);
        }
        if (value instanceof Undefined(String problem)) {
            throw run.failure(problem);
        }
        if (index instanceof Text name) {
            return find(value, name.string()).orElseGet(() -> missing(value, name.string()));
        }
        if (value instanceof Sequence s && !(index instanceof JinjaValue.Real)) {
            int at = wrapped(index, s.items().size());
            return at >= 0 ? s.items().get(at) : new Undefined("no item " + at(index));
        }
        if (value instanceof Text(JinjaText text)) {
            String string = text.string();
            int at = wrapped(index, string.codePointCount(0, string.length()));
            if (at < 0) {
                return new Undefined("no character " + at(index));
            }
            int start = string.offsetByCodePoints(0, at);
            return new Text(text.substring(start, string.offsetByCodePoints(start, 1)));
        }
        return new Undefined("a %s has no such item".formatted(JinjaOperators.type(value)));
    }

    private long at(JinjaValue index) {
        return operators.integer(index);
    }

    private int wrapped(JinjaValue index, int size) {
        long at = operators.integer(index);
        long wrapped = at < 0 ? at + size : at;
        return wrapped >= 0 && wrapped < size ? (int) wrapped : -1;
    }

    private Optional<JinjaValue> find(JinjaValue value, String name) {
        return switch (value) {
            case Undefined(String problem) -> throw run.failure(problem);
            case Text(JinjaText text) ->
                    strings.method(text, name).map(body -> new Function("str." + name, body));
            case Dict(Map<JinjaValue, JinjaValue> entries) -> dictMethod(entries, name);
            case Sequence s -> sequenceMethod(s, name);
            case JinjaValue.Namespace n -> Optional.ofNullable(n.attributes().get(name));
            case JinjaValue.Loop loop -> Optional.of(loop.state().attribute(name));
            case JinjaValue.Function f -> Optional.empty();
            case JinjaValue.None n -> Optional.empty();
            case JinjaValue.Bool b -> Optional.empty();
            case Int i -> Optional.empty();
            case JinjaValue.Real r -> Optional.empty();
        };
    }

    private Optional<JinjaValue> dictMethod(Map<JinjaValue, JinjaValue> entries, String name) {
        if (CHANGES.contains(name) && !entries.containsKey(Text.of(name))) {
            throw run.failure("dict.%s is refused: templates change nothing".formatted(name));
        }
        return switch (name) {
            case "items" -> method("dict.items", a -> JinjaValue.list(items(entries)));
            case "keys" -> method("dict.keys", a -> JinjaValue.list(List.copyOf(entries.keySet())));
            case "values" ->
                    method("dict.values", a -> JinjaValue.list(List.copyOf(entries.values())));
            case "copy" -> method("dict.copy", a -> new Dict(new LinkedHashMap<>(entries)));
            case "get" ->
                    method(
                            "dict.get",
                            a -> {
                                JinjaValue key = a.get(0, "key", JinjaValue.NONE);
                                JinjaValue otherwise = a.get(1, "default", JinjaValue.NONE);
                                return JinjaOperators.isKey(key)
                                        ? entries.getOrDefault(key, otherwise)
                                        : otherwise;
                            });
            default -> Optional.empty();
        };
    }

    private static Optional<JinjaValue> method(String name, JinjaValue.Body body) {
        return Optional.of(new Function(name, body));
    }

    /** Returns pairs of key and value. */
    List<JinjaValue> items(Map<JinjaValue, JinjaValue> entries) {
        run.steps(entries.size());
        List<JinjaValue> pairs = new ArrayList<>();
        entries.forEach((key, value) -> pairs.add(JinjaValue.tuple(key, value)));
        return pairs;
    }

    private Optional<JinjaValue> sequenceMethod(Sequence sequence, String name) {
        if (CHANGES.contains(name)) {
            throw run.failure("list.%s is refused: templates change nothing".formatted(name));
        }
        return switch (name) {
            case "count" ->
                    method(
                            "list.count",
                            a ->
                                    new Int(
                                            sequence.items().stream()
                                                    .filter(i -> operators.equal(i, first(a)))
                                                    .count()));
            case "index" ->
                    method(
                            "list.index",
                            a -> {
                                for (int i = 0; i < sequence.items().size(); i++) {
                                    if (operators.equal(sequence.items().get(i), first(a))) {
                                        return new Int(i);
                                    }
                                }
                                throw run.failure("list.index: the value is not in the list");
                            });
            default -> Optional.empty();
        };
    }

    private JinjaValue first(JinjaArguments arguments) {
        if (arguments.positional().isEmpty()) {
            throw run.failure("the method needs an argument");
        }
        return arguments.positional().get(0);
    }

    /** Returns {@code value[start:stop:step]} by Python's rules. */
    JinjaValue slice(JinjaValue value, JinjaValue start, JinjaValue stop, JinjaValue step) {
        if (value instanceof Undefined(String problem)) {
            throw run.failure(problem);
        }
        if (!(value instanceof Sequence) && !(value instanceof Text)) {
            throw run.failure("a %s has no slices".formatted(JinjaOperators.type(value)));
        }
        int by = step instanceof JinjaValue.None ? 1 : operators.index(step);
        if (by == 0) {
            throw run.failure("a slice cannot have step 0");
        }
        if (by == 1 && value instanceof Text(JinjaText text)) {
            return substring(text, start, stop);
        }
        List<JinjaValue> all = operators.iterate(value);
        int size = all.size();
        int low = by > 0 ? 0 : -1;
        int high = by > 0 ? size : size - 1;
        int from = bound(start, by > 0 ? low : high, low, high, size);
        int to = bound(stop, by > 0 ? high : low, low, high, size);
        List<JinjaValue> chosen = new ArrayList<>();
        for (long i = from; by > 0 ? i < to : i > to; i += by) {
            chosen.add(all.get((int) i));
        }
        if (value instanceof Sequence s) {
            return new Sequence(List.copyOf(chosen), s.tuple());
        }
        return strings.join(JinjaText.trusted(""), chosen);
    }

    private JinjaValue substring(JinjaText text, JinjaValue start, JinjaValue stop) {
        run.characters(text.length());
        String string = text.string();
        int size = string.codePointCount(0, string.length());
        int from = bound(start, 0, 0, size, size);
        int to = Math.max(from, bound(stop, size, 0, size, size));
        int begin = string.offsetByCodePoints(0, from);
        return new Text(text.substring(begin, string.offsetByCodePoints(begin, to - from)));
    }

    private int bound(JinjaValue bound, int otherwise, int low, int high, int size) {
        if (bound instanceof JinjaValue.None) {
            return otherwise;
        }
        long at = operators.integer(bound);
        return (int) Math.clamp(at < 0 ? at + size : at, (long) low, (long) high);
    }
}
