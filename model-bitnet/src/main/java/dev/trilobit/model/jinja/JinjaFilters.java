package dev.trilobit.model.jinja;

import dev.trilobit.model.jinja.JinjaValue.Dict;
import dev.trilobit.model.jinja.JinjaValue.Int;
import dev.trilobit.model.jinja.JinjaValue.Real;
import dev.trilobit.model.jinja.JinjaValue.Sequence;
import dev.trilobit.model.jinja.JinjaValue.Text;
import dev.trilobit.model.jinja.JinjaValue.Undefined;
import java.util.List;
import java.util.Map;

/** The filters that work on one value; those on lists are in {@link JinjaListFilters}. */
final class JinjaFilters {
    private final JinjaRun run;
    private final JinjaOperators operators;
    private final JinjaPrinter printer;
    private final JinjaAttributes attributes;
    private final JinjaListFilters lists;

    JinjaFilters(JinjaRun run, JinjaOperators operators, JinjaAttributes attributes) {
        this.run = run;
        this.operators = operators;
        this.printer = new JinjaPrinter(run);
        this.attributes = attributes;
        this.lists = new JinjaListFilters(run, operators, attributes, this);
    }

    JinjaPrinter printer() {
        return printer;
    }

    JinjaTests tests() {
        return lists.tests();
    }

    /**
     * Applies a filter.
     *
     * @throws JinjaException if there is no such filter
     */
    JinjaValue apply(String name, JinjaValue value, JinjaArguments arguments) {
        if (value instanceof Text(JinjaText text)) {
            run.characters(text.length());
        }
        return switch (name) {
            case "trim" -> attributes.strings().strip(printer.str(value), arguments, true, true);
            case "tojson" -> JinjaJson.write(run, value, arguments);
            case "capitalize" -> new Text(JinjaStrings.capitalize(printer.str(value)));
            case "upper" -> new Text(printer.str(value).upper());
            case "lower" -> new Text(printer.str(value).lower());
            case "title" -> title(printer.str(value));
            case "replace" -> attributes.strings().replace(printer.str(value), arguments);
            case "string" -> new Text(printer.str(value));
            case "safe" -> value;
            case "length", "count" -> new Int(length(value));
            case "default", "d" -> otherwise(value, arguments);
            case "int" -> integer(value, arguments);
            case "float" -> real(value, arguments);
            case "abs" ->
                    operators.compare(value, new Int(0)) < 0
                            ? operators.arithmetic("-", new Int(0), value)
                            : value;
            case "indent" -> indent(printer.str(value), arguments);
            case "items" -> items(value);
            case "attr" ->
                    attributes.attribute(
                            value,
                            operators.text(arguments.get(0, "name", JinjaValue.NONE)).string());
            default -> lists.apply(name, value, arguments);
        };
    }

    private JinjaValue items(JinjaValue value) {
        return switch (value) {
            case Dict(Map<JinjaValue, JinjaValue> entries) ->
                    JinjaValue.list(attributes.items(entries));
            case Undefined u -> JinjaValue.list(List.of());
            default -> throw run.failure("items needs a dict, got " + JinjaOperators.type(value));
        };
    }

    private long length(JinjaValue value) {
        if (value instanceof Text(JinjaText text)) {
            return text.string().codePointCount(0, text.length());
        }
        return operators.iterate(value).size();
    }

    private static JinjaValue otherwise(JinjaValue value, JinjaArguments arguments) {
        boolean alsoFalse = JinjaOperators.isTrue(arguments.get(1, "boolean", JinjaValue.FALSE));
        boolean absent = value instanceof Undefined || (alsoFalse && !JinjaOperators.isTrue(value));
        return absent ? arguments.get(0, "default_value", Text.of("")) : value;
    }

    private JinjaValue integer(JinjaValue value, JinjaArguments arguments) {
        JinjaValue otherwise = arguments.get(0, "default", new Int(0));
        int base = operators.index(arguments.get(1, "base", new Int(10)));
        if (base < Character.MIN_RADIX || base > Character.MAX_RADIX) {
            throw run.failure("int: base %d is not in 2 to 36".formatted(base));
        }
        if (value instanceof Text text) {
            String digits = text.string().strip();
            try {
                return new Int(Long.parseLong(digits, base));
            } catch (NumberFormatException notAnInteger) {
                return truncated(number(digits), otherwise);
            }
        }
        if (value instanceof Real(double d)) {
            return truncated(d, otherwise);
        }
        return JinjaOperators.isNumber(value) ? new Int(operators.integer(value)) : otherwise;
    }

    private static JinjaValue truncated(double value, JinjaValue otherwise) {
        return Double.isFinite(value) ? new Int((long) value) : otherwise;
    }

    /** Returns a number, or NaN. */
    private static double number(String digits) {
        try {
            return Double.parseDouble(digits);
        } catch (NumberFormatException notANumber) {
            return Double.NaN;
        }
    }

    private JinjaValue real(JinjaValue value, JinjaArguments arguments) {
        JinjaValue otherwise = arguments.get(0, "default", new Real(0));
        if (value instanceof Text text) {
            double parsed = number(text.string().strip());
            return Double.isNaN(parsed) ? otherwise : new Real(parsed);
        }
        return JinjaOperators.isNumber(value) ? new Real(operators.real(value)) : otherwise;
    }

    /** Jinja's own rule, not Python's: words start after blanks, dashes and brackets only. */
    private static JinjaValue title(JinjaText text) {
        StringBuilder out = new StringBuilder();
        boolean inWord = false;
        for (int c : text.string().codePoints().toArray()) {
            out.appendCodePoint(inWord ? Character.toLowerCase(c) : Character.toUpperCase(c));
            inWord = !PythonText.isSpace(c) && "-({[<".indexOf(c) < 0;
        }
        return new Text(text.mapped(out.toString()));
    }

    private JinjaValue indent(JinjaText text, JinjaArguments arguments) {
        JinjaValue width = arguments.get(0, "width", new Int(4));
        boolean first = JinjaOperators.isTrue(arguments.get(1, "first", JinjaValue.FALSE));
        boolean blank = JinjaOperators.isTrue(arguments.get(2, "blank", JinjaValue.FALSE));
        JinjaText margin =
                width instanceof Text(JinjaText given)
                        ? given
                        : JinjaText.trusted(
                                " ".repeat(Math.clamp(operators.index(width), 0, 1000)));
        JinjaTextBuilder out = new JinjaTextBuilder(run);
        int start = 0;
        while (start <= text.length()) {
            int lineBreak = text.string().indexOf('\n', start);
            int end = lineBreak < 0 ? text.length() : lineBreak + 1;
            boolean empty = end - start == (lineBreak < 0 ? 0 : 1);
            if (start == 0 ? first : blank || !empty) {
                out.append(margin);
            }
            out.append(text, start, end);
            start = lineBreak < 0 ? text.length() + 1 : end;
        }
        return out.value();
    }

    /** Returns the items of a list, tuple, string or dict as a list. */
    Sequence list(JinjaValue value) {
        return JinjaValue.list(operators.iterate(value));
    }
}
