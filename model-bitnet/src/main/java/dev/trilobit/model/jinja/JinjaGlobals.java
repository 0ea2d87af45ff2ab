package dev.trilobit.model.jinja;

import dev.trilobit.model.jinja.JinjaValue.Dict;
import dev.trilobit.model.jinja.JinjaValue.Function;
import dev.trilobit.model.jinja.JinjaValue.Int;
import dev.trilobit.model.jinja.JinjaValue.Namespace;
import dev.trilobit.model.jinja.JinjaValue.Text;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The functions every template has: Jinja's own, and the two that transformers adds. */
final class JinjaGlobals {
    private final JinjaRun run;
    private final JinjaOperators operators;
    private final JinjaPrinter printer;

    JinjaGlobals(JinjaRun run, JinjaOperators operators, JinjaPrinter printer) {
        this.run = run;
        this.operators = operators;
        this.printer = printer;
    }

    Map<String, JinjaValue> functions() {
        Map<String, JinjaValue> functions = new LinkedHashMap<>();
        put(functions, "range", this::range);
        put(functions, "dict", arguments -> new Dict(copy(arguments)));
        put(functions, "namespace", this::namespace);
        put(functions, "raise_exception", this::raise);
        put(functions, "strftime_now", this::now);
        return functions;
    }

    private static void put(Map<String, JinjaValue> functions, String name, JinjaValue.Body body) {
        functions.put(name, new Function(name, body));
    }

    private JinjaValue range(JinjaArguments arguments) {
        List<JinjaValue> given = arguments.positional();
        if (given.isEmpty() || given.size() > 3) {
            throw run.failure("range needs one to three integers");
        }
        long start = given.size() == 1 ? 0 : operators.index(given.get(0));
        long stop = operators.index(given.get(given.size() == 1 ? 0 : 1));
        long step = given.size() < 3 ? 1 : operators.index(given.get(2));
        if (step == 0) {
            throw run.failure("range: the step is 0");
        }
        List<JinjaValue> numbers = new ArrayList<>();
        for (long i = start; step > 0 ? i < stop : i > stop; i += step) {
            run.step();
            numbers.add(new Int(i));
        }
        return JinjaValue.list(numbers);
    }

    /** Copies a dict argument and the named ones. */
    private Map<JinjaValue, JinjaValue> copy(JinjaArguments arguments) {
        Map<JinjaValue, JinjaValue> entries = new LinkedHashMap<>();
        for (JinjaValue value : arguments.positional()) {
            if (!(value instanceof Dict(Map<JinjaValue, JinjaValue> given))) {
                throw run.failure("expected a dict, got " + JinjaOperators.type(value));
            }
            run.steps(given.size());
            entries.putAll(given);
        }
        arguments.named().forEach((name, value) -> entries.put(Text.of(name), value));
        return entries;
    }

    private JinjaValue namespace(JinjaArguments arguments) {
        Namespace namespace = new Namespace();
        copy(arguments)
                .forEach(
                        (name, value) ->
                                namespace.attributes().put(operators.text(name).string(), value));
        return namespace;
    }

    private JinjaValue raise(JinjaArguments arguments) {
        JinjaValue message = arguments.get(0, "message", Text.of("no reason given"));
        throw run.failure("the template refuses: " + printer.str(message).string());
    }

    private JinjaValue now(JinjaArguments arguments) {
        JinjaText text = operators.text(arguments.get(0, "format", JinjaValue.NONE));
        String format = text.string();
        ZonedDateTime now = ZonedDateTime.now(run.clock());
        var out = new JinjaTextBuilder(run);
        for (int i = 0; i < format.length(); i++) {
            if (format.charAt(i) != '%' || i + 1 == format.length()) {
                out.append(text, i, i + 1);
                continue;
            }
            char directive = format.charAt(++i);
            String written =
                    directive == '%'
                            ? "%"
                            : DateTimeFormatter.ofPattern(pattern(directive), Locale.ENGLISH)
                                    .format(now);
            out.appendInstead(written, text, i - 1, i + 1);
        }
        return out.value();
    }

    private String pattern(char directive) {
        return switch (directive) {
            case 'Y' -> "uuuu";
            case 'y' -> "uu";
            case 'm' -> "MM";
            case 'B' -> "MMMM";
            case 'b' -> "MMM";
            case 'd' -> "dd";
            case 'j' -> "DDD";
            case 'A' -> "EEEE";
            case 'a' -> "EEE";
            case 'H' -> "HH";
            case 'I' -> "hh";
            case 'M' -> "mm";
            case 'S' -> "ss";
            case 'p' -> "a";
            default ->
                    throw run.failure("strftime_now: %%%s is not supported".formatted(directive));
        };
    }
}
