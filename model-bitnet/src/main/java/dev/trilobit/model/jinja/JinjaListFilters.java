package dev.trilobit.model.jinja;

import dev.trilobit.model.jinja.JinjaValue.Dict;
import dev.trilobit.model.jinja.JinjaValue.Int;
import dev.trilobit.model.jinja.JinjaValue.Text;
import dev.trilobit.model.jinja.JinjaValue.Undefined;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** The filters that take or give lists. */
final class JinjaListFilters {
    private final JinjaRun run;
    private final JinjaOperators operators;
    private final JinjaAttributes attributes;
    private final JinjaFilters filters;
    private final JinjaTests tests;

    JinjaListFilters(
            JinjaRun run,
            JinjaOperators operators,
            JinjaAttributes attributes,
            JinjaFilters filters) {
        this.run = run;
        this.operators = operators;
        this.attributes = attributes;
        this.filters = filters;
        this.tests = new JinjaTests(run, operators, attributes.strings());
    }

    JinjaTests tests() {
        return tests;
    }

    JinjaValue apply(String name, JinjaValue value, JinjaArguments arguments) {
        return switch (name) {
            case "list" -> filters.list(value);
            case "first", "last" -> end(operators.iterate(value), name.equals("last"), name);
            case "join" -> join(value, arguments);
            case "map" -> map(value, arguments);
            case "select" -> select(value, arguments, false, true);
            case "reject" -> select(value, arguments, false, false);
            case "selectattr" -> select(value, arguments, true, true);
            case "rejectattr" -> select(value, arguments, true, false);
            case "reverse" -> reverse(value);
            case "sort" -> sort(value, arguments);
            case "dictsort" -> dictSort(value, arguments);
            case "unique" -> unique(value, arguments);
            case "min", "max" -> extreme(value, arguments, name.equals("max"));
            case "sum" -> sum(value, arguments);
            default -> throw run.failure("the filter '%s' is not supported".formatted(name));
        };
    }

    private static JinjaValue end(List<JinjaValue> items, boolean last, String name) {
        if (items.isEmpty()) {
            return new Undefined("%s of an empty list".formatted(name));
        }
        return items.get(last ? items.size() - 1 : 0);
    }

    /** Follows a dotted path such as {@code function.name} or {@code 0.name}. */
    private JinjaValue path(JinjaValue value, JinjaValue path) {
        return path(value, path, JinjaValue.NONE);
    }

    /** As above; a default other than None stands for what is missing on the way. */
    private JinjaValue path(JinjaValue value, JinjaValue path, JinjaValue otherwise) {
        if (!(path instanceof Text text)) {
            return attributes.item(value, path);
        }
        JinjaValue at = value;
        run.steps(text.string().length());
        for (String part : text.string().split("\\.", -1)) {
            boolean number = !part.isEmpty() && part.chars().allMatch(c -> c >= '0' && c <= '9');
            at = attributes.item(at, number ? new Int(index(part)) : Text.of(part));
            if (at instanceof Undefined && !(otherwise instanceof JinjaValue.None)) {
                at = otherwise;
            }
        }
        return at;
    }

    private long index(String digits) {
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException e) {
            throw run.failure("the index %s is too large".formatted(digits));
        }
    }

    private JinjaValue join(JinjaValue value, JinjaArguments arguments) {
        JinjaValue attribute = arguments.get(1, "attribute", JinjaValue.NONE);
        JinjaText separator = filters.printer().str(arguments.get(0, "d", Text.of("")));
        List<JinjaValue> texts = new ArrayList<>();
        for (JinjaValue item : operators.iterate(value)) {
            JinjaValue chosen = attribute instanceof JinjaValue.None ? item : path(item, attribute);
            texts.add(new Text(filters.printer().str(chosen)));
        }
        return attributes.strings().join(separator, texts);
    }

    private JinjaValue map(JinjaValue value, JinjaArguments arguments) {
        List<JinjaValue> mapped = new ArrayList<>();
        JinjaValue attribute = arguments.named().getOrDefault("attribute", JinjaValue.NONE);
        if (arguments.positional().isEmpty() && attribute instanceof JinjaValue.None) {
            throw run.failure("map needs a filter or an attribute");
        }
        for (JinjaValue item : operators.iterate(value)) {
            if (arguments.positional().isEmpty()) {
                JinjaValue otherwise = arguments.named().getOrDefault("default", JinjaValue.NONE);
                mapped.add(path(item, attribute, otherwise));
            } else {
                String filter = operators.text(arguments.positional().get(0)).string();
                mapped.add(filters.apply(filter, item, arguments.from(1)));
            }
        }
        return JinjaValue.list(mapped);
    }

    private JinjaValue select(
            JinjaValue value, JinjaArguments arguments, boolean byAttribute, boolean wanted) {
        List<JinjaValue> kept = new ArrayList<>();
        JinjaArguments rest = byAttribute ? arguments.from(1) : arguments;
        if (byAttribute && arguments.positional().isEmpty()) {
            throw run.failure("selectattr and rejectattr need an attribute");
        }
        for (JinjaValue item : operators.iterate(value)) {
            JinjaValue tested = byAttribute ? path(item, arguments.positional().get(0)) : item;
            boolean passes =
                    rest.positional().isEmpty()
                            ? JinjaOperators.isTrue(tested)
                            : tests.passes(
                                    operators.text(rest.positional().get(0)).string(),
                                    tested,
                                    rest.from(1));
            if (passes == wanted) {
                kept.add(item);
            }
        }
        return JinjaValue.list(kept);
    }

    private JinjaValue reverse(JinjaValue value) {
        if (value instanceof Text) {
            return attributes.slice(value, JinjaValue.NONE, JinjaValue.NONE, new Int(-1));
        }
        List<JinjaValue> items = new ArrayList<>(operators.iterate(value));
        Collections.reverse(items);
        return JinjaValue.list(items);
    }

    private JinjaValue key(JinjaValue item, JinjaValue attribute, boolean caseSensitive) {
        JinjaValue key = attribute instanceof JinjaValue.None ? item : path(item, attribute);
        return !caseSensitive && key instanceof Text(JinjaText text) ? new Text(text.lower()) : key;
    }

    private JinjaValue sort(JinjaValue value, JinjaArguments arguments) {
        boolean reverse = JinjaOperators.isTrue(arguments.get(0, "reverse", JinjaValue.FALSE));
        boolean caseSensitive =
                JinjaOperators.isTrue(arguments.get(1, "case_sensitive", JinjaValue.FALSE));
        JinjaValue attribute = arguments.get(2, "attribute", JinjaValue.NONE);
        Comparator<JinjaValue> order =
                Comparator.comparing(
                        item -> key(item, attribute, caseSensitive), operators::compare);
        List<JinjaValue> items = new ArrayList<>(operators.iterate(value));
        items.sort(reverse ? order.reversed() : order);
        return JinjaValue.list(items);
    }

    private JinjaValue dictSort(JinjaValue value, JinjaArguments arguments) {
        if (!(value instanceof Dict(Map<JinjaValue, JinjaValue> entries))) {
            throw run.failure("dictsort needs a dict, got " + JinjaOperators.type(value));
        }
        boolean caseSensitive =
                JinjaOperators.isTrue(arguments.get(0, "case_sensitive", JinjaValue.FALSE));
        boolean byValue =
                arguments.get(1, "by", Text.of("key")) instanceof Text by
                        && by.string().equals("value");
        boolean reverse = JinjaOperators.isTrue(arguments.get(2, "reverse", JinjaValue.FALSE));
        JinjaValue index = new Int(byValue ? 1 : 0);
        Comparator<JinjaValue> order =
                Comparator.comparing(pair -> key(pair, index, caseSensitive), operators::compare);
        List<JinjaValue> pairs = attributes.items(entries);
        pairs.sort(reverse ? order.reversed() : order);
        return JinjaValue.list(pairs);
    }

    private JinjaValue unique(JinjaValue value, JinjaArguments arguments) {
        boolean caseSensitive =
                JinjaOperators.isTrue(arguments.get(0, "case_sensitive", JinjaValue.FALSE));
        JinjaValue attribute = arguments.get(1, "attribute", JinjaValue.NONE);
        List<JinjaValue> seen = new ArrayList<>();
        List<JinjaValue> kept = new ArrayList<>();
        for (JinjaValue item : operators.iterate(value)) {
            JinjaValue key = key(item, attribute, caseSensitive);
            if (seen.stream().noneMatch(other -> operators.equal(other, key))) {
                seen.add(key);
                kept.add(item);
            }
        }
        return JinjaValue.list(kept);
    }

    private JinjaValue extreme(JinjaValue value, JinjaArguments arguments, boolean largest) {
        boolean caseSensitive =
                JinjaOperators.isTrue(arguments.get(0, "case_sensitive", JinjaValue.FALSE));
        JinjaValue attribute = arguments.get(1, "attribute", JinjaValue.NONE);
        Comparator<JinjaValue> order =
                Comparator.comparing(
                        item -> key(item, attribute, caseSensitive), operators::compare);
        return operators.iterate(value).stream()
                .reduce(
                        (a, b) ->
                                largest == order.compare(b, a) > 0 && order.compare(a, b) != 0
                                        ? b
                                        : a)
                .orElse(new Undefined("min or max of an empty list"));
    }

    private JinjaValue sum(JinjaValue value, JinjaArguments arguments) {
        JinjaValue attribute = arguments.get(0, "attribute", JinjaValue.NONE);
        JinjaValue total = arguments.get(1, "start", new Int(0));
        for (JinjaValue item : operators.iterate(value)) {
            JinjaValue addend = attribute instanceof JinjaValue.None ? item : path(item, attribute);
            total = operators.arithmetic("+", total, addend);
        }
        return total;
    }
}
