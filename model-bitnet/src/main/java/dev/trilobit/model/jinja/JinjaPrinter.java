package dev.trilobit.model.jinja;

import dev.trilobit.model.jinja.JinjaValue.Bool;
import dev.trilobit.model.jinja.JinjaValue.Dict;
import dev.trilobit.model.jinja.JinjaValue.Int;
import dev.trilobit.model.jinja.JinjaValue.Real;
import dev.trilobit.model.jinja.JinjaValue.Sequence;
import dev.trilobit.model.jinja.JinjaValue.Text;
import dev.trilobit.model.jinja.JinjaValue.Undefined;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Python's {@code str} and {@code repr}. */
final class JinjaPrinter {
    private final JinjaRun run;

    JinjaPrinter(JinjaRun run) {
        this.run = run;
    }

    /** {@code str(value)}; undefined is nothing. */
    JinjaText str(JinjaValue value) {
        return switch (value) {
            case Text(JinjaText text) -> text;
            case Undefined u -> JinjaText.trusted("");
            case JinjaValue.None n -> repr(value);
            case Bool b -> repr(value);
            case Int i -> repr(value);
            case Real r -> repr(value);
            case Sequence s -> repr(value);
            case Dict d -> repr(value);
            case JinjaValue.Namespace n -> repr(value);
            case JinjaValue.Loop l -> repr(value);
            case JinjaValue.Function f -> repr(value);
        };
    }

    private JinjaText repr(JinjaValue value) {
        JinjaTextBuilder out = new JinjaTextBuilder(run);
        write(value, out);
        return out.build();
    }

    private void write(JinjaValue value, JinjaTextBuilder out) {
        run.step();
        run.enter();
        switch (value) {
            case Text(JinjaText text) -> quote(text, out);
            case Undefined u -> out.append("Undefined");
            case JinjaValue.None n -> out.append("None");
            case Bool(boolean b) -> out.append(b ? "True" : "False");
            case Int(long i) -> out.append(Long.toString(i));
            case Real(double d) -> out.append(PythonText.repr(d));
            case Sequence(List<JinjaValue> items, boolean tuple) -> {
                out.append(tuple ? "(" : "[");
                writeAll(items, out);
                out.append(tuple ? (items.size() == 1 ? ",)" : ")") : "]");
            }
            case Dict(Map<JinjaValue, JinjaValue> entries) -> {
                out.append("{");
                String separator = "";
                for (var entry : entries.entrySet()) {
                    out.append(separator);
                    write(entry.getKey(), out);
                    out.append(": ");
                    write(entry.getValue(), out);
                    separator = ", ";
                }
                out.append("}");
            }
            case JinjaValue.Namespace n -> throw unprintable(value);
            case JinjaValue.Loop l -> throw unprintable(value);
            case JinjaValue.Function f -> throw unprintable(value);
        }
        run.leave();
    }

    private JinjaException unprintable(JinjaValue value) {
        return run.failure("cannot print a " + JinjaOperators.type(value));
    }

    private void writeAll(List<JinjaValue> items, JinjaTextBuilder out) {
        for (Iterator<JinjaValue> i = items.iterator(); i.hasNext(); ) {
            write(i.next(), out);
            if (i.hasNext()) {
                out.append(", ");
            }
        }
    }

    /** Single quotes, unless only those are inside; what does not print is escaped. */
    private static void quote(JinjaText text, JinjaTextBuilder out) {
        String string = text.string();
        char quote = string.indexOf('\'') >= 0 && string.indexOf('"') < 0 ? '"' : '\'';
        out.append(String.valueOf(quote));
        int at = 0;
        while (at < string.length()) {
            int c = string.codePointAt(at);
            int end = at + Character.charCount(c);
            if (c == quote || c == '\\') {
                out.appendInstead("\\" + (char) c, text, at, end);
            } else if (c == '\n' || c == '\r' || c == '\t') {
                out.appendInstead(c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t", text, at, end);
            } else if (isPrintable(c)) {
                out.append(text, at, end);
            } else {
                String format = c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x";
                out.appendInstead(format.formatted(c), text, at, end);
            }
            at = end;
        }
        out.append(String.valueOf(quote));
    }

    private static boolean isPrintable(int c) {
        return c == ' '
                || switch (Character.getType(c)) {
                    case Character.CONTROL,
                            Character.FORMAT,
                            Character.SURROGATE,
                            Character.PRIVATE_USE,
                            Character.UNASSIGNED,
                            Character.LINE_SEPARATOR,
                            Character.PARAGRAPH_SEPARATOR,
                            Character.SPACE_SEPARATOR ->
                            false;
                    default -> true;
                };
    }
}
