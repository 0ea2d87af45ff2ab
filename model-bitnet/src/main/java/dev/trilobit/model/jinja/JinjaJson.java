package dev.trilobit.model.jinja;

import dev.trilobit.model.jinja.JinjaValue.Bool;
import dev.trilobit.model.jinja.JinjaValue.Dict;
import dev.trilobit.model.jinja.JinjaValue.Int;
import dev.trilobit.model.jinja.JinjaValue.Real;
import dev.trilobit.model.jinja.JinjaValue.Sequence;
import dev.trilobit.model.jinja.JinjaValue.Text;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** The filter {@code tojson} as transformers overrides it: Python's {@code json.dumps}. */
final class JinjaJson {
    private final JinjaRun run;
    private final JinjaOperators operators;
    private final boolean ascii;
    private final boolean sorted;
    private final boolean indented;
    private final JinjaText indent;
    private final JinjaText itemSeparator;
    private final JinjaText keySeparator;
    private final JinjaTextBuilder out;

    private JinjaJson(JinjaRun run, JinjaArguments arguments) {
        this.run = run;
        this.operators = new JinjaOperators(run);
        this.ascii = JinjaOperators.isTrue(arguments.get(0, "ensure_ascii", JinjaValue.FALSE));
        JinjaValue indentValue = arguments.get(1, "indent", JinjaValue.NONE);
        JinjaValue separators = arguments.get(2, "separators", JinjaValue.NONE);
        this.sorted = JinjaOperators.isTrue(arguments.get(3, "sort_keys", JinjaValue.FALSE));
        this.indented = !(indentValue instanceof JinjaValue.None);
        this.indent =
                indentValue instanceof Text t
                        ? t.text()
                        : JinjaText.trusted(
                                indented
                                        ? " "
                                                .repeat(
                                                        Math.clamp(
                                                                operators.index(indentValue),
                                                                0,
                                                                64))
                                        : "");
        if (separators instanceof Sequence(List<JinjaValue> pair, boolean tuple)
                && pair.size() == 2) {
            this.itemSeparator = operators.text(pair.get(0));
            this.keySeparator = operators.text(pair.get(1));
        } else {
            this.itemSeparator = JinjaText.trusted(indented ? "," : ", ");
            this.keySeparator = JinjaText.trusted(": ");
        }
        this.out = new JinjaTextBuilder(run);
    }

    /** Writes {@code value}; arguments are ensure_ascii, indent, separators, sort_keys. */
    static JinjaValue write(JinjaRun run, JinjaValue value, JinjaArguments arguments) {
        JinjaJson json = new JinjaJson(run, arguments);
        json.write(value, 0);
        return json.out.value();
    }

    private void write(JinjaValue value, int level) {
        run.step();
        run.enter();
        switch (value) {
            case Text(JinjaText text) -> quote(text);
            case JinjaValue.None n -> out.append("null");
            case Bool(boolean b) -> out.append(b ? "true" : "false");
            case Int(long i) -> out.append(Long.toString(i));
            case Real(double d) -> out.append(real(d));
            case Sequence(List<JinjaValue> items, boolean tuple) -> {
                out.append("[");
                for (int i = 0; i < items.size(); i++) {
                    separate(i, level + 1);
                    write(items.get(i), level + 1);
                }
                close(items.isEmpty(), level);
                out.append("]");
            }
            case Dict(Map<JinjaValue, JinjaValue> entries) -> {
                out.append("{");
                int i = 0;
                for (var entry : inOrder(entries)) {
                    separate(i++, level + 1);
                    writeKey(entry.getKey());
                    out.append(keySeparator);
                    write(entry.getValue(), level + 1);
                }
                close(entries.isEmpty(), level);
                out.append("}");
            }
            case JinjaValue.Undefined u -> throw unserializable(value);
            case JinjaValue.Namespace n -> throw unserializable(value);
            case JinjaValue.Loop l -> throw unserializable(value);
            case JinjaValue.Function f -> throw unserializable(value);
        }
        run.leave();
    }

    private JinjaException unserializable(JinjaValue value) {
        return run.failure(
                "tojson: a value of type %s is not JSON".formatted(JinjaOperators.type(value)));
    }

    private List<Map.Entry<JinjaValue, JinjaValue>> inOrder(Map<JinjaValue, JinjaValue> entries) {
        List<Map.Entry<JinjaValue, JinjaValue>> list = new ArrayList<>(entries.entrySet());
        if (sorted) {
            list.sort(Comparator.comparing(Map.Entry::getKey, operators::compare));
        }
        return list;
    }

    private void writeKey(JinjaValue key) {
        if (key instanceof Text(JinjaText text)) {
            quote(text);
        } else {
            out.append("\"");
            write(key, 0);
            out.append("\"");
        }
    }

    private void separate(int index, int level) {
        if (index > 0) {
            out.append(itemSeparator);
        }
        breakLine(level);
    }

    private void close(boolean empty, int level) {
        if (!empty) {
            breakLine(level);
        }
    }

    private void breakLine(int level) {
        if (indented) {
            out.append("\n");
            for (int i = 0; i < level; i++) {
                out.append(indent);
            }
        }
    }

    private static String real(double value) {
        return Double.isNaN(value)
                ? "NaN"
                : Double.isInfinite(value)
                        ? (value > 0 ? "Infinity" : "-Infinity")
                        : PythonText.repr(value);
    }

    private void quote(JinjaText text) {
        String string = text.string();
        out.append("\"");
        for (int i = 0; i < string.length(); i++) {
            char c = string.charAt(i);
            switch (c) {
                case '"' -> out.appendInstead("\\\"", text, i, i + 1);
                case '\\' -> out.appendInstead("\\\\", text, i, i + 1);
                case '\n' -> out.appendInstead("\\n", text, i, i + 1);
                case '\r' -> out.appendInstead("\\r", text, i, i + 1);
                case '\t' -> out.appendInstead("\\t", text, i, i + 1);
                case '\b' -> out.appendInstead("\\b", text, i, i + 1);
                case '\f' -> out.appendInstead("\\f", text, i, i + 1);
                default -> {
                    if (c < 0x20 || (ascii && c > 0x7e)) {
                        out.appendInstead("\\u%04x".formatted((int) c), text, i, i + 1);
                    } else {
                        out.append(text, i, i + 1);
                    }
                }
            }
        }
        out.append("\"");
    }
}
