package dev.trilobit.model.jinja;

import dev.trilobit.model.jinja.JinjaValue.Int;
import dev.trilobit.model.jinja.JinjaValue.Sequence;
import dev.trilobit.model.jinja.JinjaValue.Text;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** The methods of Python's {@code str}. */
final class JinjaStrings {
    private final JinjaRun run;
    private final JinjaOperators operators;

    JinjaStrings(JinjaRun run, JinjaOperators operators) {
        this.run = run;
        this.operators = operators;
    }

    /** Returns the method called {@code name}, bound to {@code text}. */
    Optional<JinjaValue.Body> method(JinjaText text, String name) {
        run.characters(text.length());
        JinjaValue.@Nullable Body body =
                switch (name) {
                    case "strip" -> a -> strip(text, a, true, true);
                    case "lstrip" -> a -> strip(text, a, true, false);
                    case "rstrip" -> a -> strip(text, a, false, true);
                    case "split" -> a -> split(text, a, false);
                    case "rsplit" -> a -> split(text, a, true);
                    case "splitlines" -> a -> splitLines(text, a);
                    case "startswith" -> a -> JinjaValue.of(startsWith(text.string(), a));
                    case "endswith" -> a -> JinjaValue.of(endsWith(text.string(), a));
                    case "upper" -> a -> new Text(text.upper());
                    case "lower" -> a -> new Text(text.lower());
                    case "title" -> a -> new Text(title(text));
                    case "capitalize" -> a -> new Text(capitalize(text));
                    case "replace" -> a -> replace(text, a);
                    case "find" -> a -> new Int(find(text.string(), a, false));
                    case "rfind" -> a -> new Int(find(text.string(), a, true));
                    case "count" -> a -> new Int(count(text.string(), a));
                    case "join" -> a -> join(text, operators.iterate(argument(a, 0)));
                    case "removeprefix" ->
                            a -> {
                                String prefix = operators.text(argument(a, 0)).string();
                                return new Text(
                                        text.string().startsWith(prefix)
                                                ? text.substring(prefix.length(), text.length())
                                                : text);
                            };
                    case "removesuffix" ->
                            a -> {
                                String suffix = operators.text(argument(a, 0)).string();
                                return new Text(
                                        text.string().endsWith(suffix)
                                                ? text.substring(0, text.length() - suffix.length())
                                                : text);
                            };
                    case "isdigit" -> a -> all(text, Character::isDigit);
                    case "isalpha" -> a -> all(text, Character::isLetter);
                    case "isalnum" -> a -> all(text, Character::isLetterOrDigit);
                    case "isspace" -> a -> all(text, PythonText::isSpace);
                    case "isupper" -> a -> JinjaValue.of(isCased(text, text.upper()));
                    case "islower" -> a -> JinjaValue.of(isCased(text, text.lower()));
                    default -> null;
                };
        return Optional.ofNullable(body);
    }

    private JinjaValue argument(JinjaArguments arguments, int index) {
        if (index >= arguments.positional().size()) {
            throw run.failure("the method needs %d argument(s)".formatted(index + 1));
        }
        return arguments.positional().get(index);
    }

    private static JinjaValue all(JinjaText text, IntPredicate test) {
        return JinjaValue.of(text.length() > 0 && text.string().codePoints().allMatch(test));
    }

    private static boolean isCased(JinjaText text, JinjaText changed) {
        boolean cased =
                text.string()
                        .codePoints()
                        .anyMatch(c -> Character.isUpperCase(c) || Character.isLowerCase(c));
        return cased && changed.equals(text);
    }

    JinjaValue strip(JinjaText text, JinjaArguments arguments, boolean left, boolean right) {
        JinjaValue characters = arguments.get(0, "chars", JinjaValue.NONE);
        IntPredicate drops =
                characters instanceof JinjaValue.None
                        ? PythonText::isSpace
                        : contains(operators.text(characters).string());
        String string = text.string();
        int start = 0;
        int end = string.length();
        while (left && start < end && drops.test(string.codePointAt(start))) {
            start += Character.charCount(string.codePointAt(start));
        }
        while (right && end > start && drops.test(string.codePointBefore(end))) {
            end -= Character.charCount(string.codePointBefore(end));
        }
        run.characters(end - start);
        return new Text(text.substring(start, end));
    }

    private static IntPredicate contains(String characters) {
        return c -> characters.indexOf(c) >= 0;
    }

    private JinjaValue split(JinjaText text, JinjaArguments arguments, boolean fromRight) {
        JinjaValue separator = arguments.get(0, "sep", JinjaValue.NONE);
        int limit = operators.index(arguments.get(1, "maxsplit", new Int(-1)));
        int most = limit < 0 ? Integer.MAX_VALUE : limit;
        run.characters(text.length());
        List<JinjaValue> parts;
        if (separator instanceof JinjaValue.None) {
            parts = fromRight ? words(text, most, -1) : words(text, most, 1);
        } else {
            String string = operators.text(separator).string();
            if (string.isEmpty()) {
                throw run.failure("split: empty separator");
            }
            parts = fromRight ? cutRight(text, string, most) : cut(text, string, most);
        }
        run.steps(parts.size());
        return JinjaValue.list(parts);
    }

    private static List<JinjaValue> cut(JinjaText text, String separator, int most) {
        List<JinjaValue> parts = new ArrayList<>();
        int done = 0;
        int at = text.string().indexOf(separator);
        while (at >= 0 && parts.size() < most) {
            parts.add(new Text(text.substring(done, at)));
            done = at + separator.length();
            at = text.string().indexOf(separator, done);
        }
        parts.add(new Text(text.substring(done, text.length())));
        return parts;
    }

    private static List<JinjaValue> cutRight(JinjaText text, String separator, int most) {
        List<JinjaValue> parts = new ArrayList<>();
        int end = text.length();
        int at = text.string().lastIndexOf(separator);
        while (at >= 0 && parts.size() < most) {
            parts.add(new Text(text.substring(at + separator.length(), end)));
            end = at;
            at = text.string().lastIndexOf(separator, end - separator.length());
            if (end < separator.length()) {
                break;
            }
        }
        parts.add(new Text(text.substring(0, end)));
        Collections.reverse(parts);
        return parts;
    }

    /** Splits at white space from the left (direction 1) or the right (-1). */
    private static List<JinjaValue> words(JinjaText text, int most, int direction) {
        String string = text.string();
        List<JinjaValue> parts = new ArrayList<>();
        int start = 0;
        int end = string.length();
        while (true) {
            while (direction > 0 && start < end && PythonText.isSpace(string.charAt(start))) {
                start++;
            }
            while (direction < 0 && end > start && PythonText.isSpace(string.charAt(end - 1))) {
                end--;
            }
            if (start == end) {
                break;
            }
            int from = start;
            int to = end;
            if (parts.size() < most && direction > 0) {
                to = start;
                while (to < end && !PythonText.isSpace(string.charAt(to))) {
                    to++;
                }
                start = to;
            } else if (parts.size() < most) {
                from = end;
                while (from > start && !PythonText.isSpace(string.charAt(from - 1))) {
                    from--;
                }
                end = from;
            } else {
                start = end;
            }
            parts.add(new Text(text.substring(from, to)));
        }
        if (direction < 0) {
            Collections.reverse(parts);
        }
        return parts;
    }

    private JinjaValue splitLines(JinjaText text, JinjaArguments arguments) {
        boolean keep = JinjaOperators.isTrue(arguments.get(0, "keepends", JinjaValue.FALSE));
        String string = text.string();
        List<JinjaValue> lines = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < string.length(); i++) {
            char c = string.charAt(i);
            if ("\n\r\u000b\f\u001c\u001d\u001e\u0085\u2028\u2029".indexOf(c) < 0) {
                continue;
            }
            int end = c == '\r' && string.startsWith("\n", i + 1) ? i + 2 : i + 1;
            lines.add(new Text(text.substring(start, keep ? end : i)));
            start = end;
            i = end - 1;
        }
        if (start < string.length()) {
            lines.add(new Text(text.substring(start, string.length())));
        }
        run.steps(lines.size());
        return JinjaValue.list(lines);
    }

    private List<String> alternatives(JinjaArguments arguments) {
        JinjaValue value = argument(arguments, 0);
        List<JinjaValue> all =
                value instanceof Sequence s && s.tuple() ? s.items() : List.of(value);
        if (arguments.positional().size() > 1) {
            throw run.failure("startswith and endswith with a range are not supported");
        }
        return all.stream().map(item -> operators.text(item).string()).toList();
    }

    private boolean startsWith(String string, JinjaArguments arguments) {
        return alternatives(arguments).stream().anyMatch(string::startsWith);
    }

    private boolean endsWith(String string, JinjaArguments arguments) {
        return alternatives(arguments).stream().anyMatch(string::endsWith);
    }

    private long find(String string, JinjaArguments arguments, boolean last) {
        String part = operators.text(argument(arguments, 0)).string();
        if (arguments.positional().size() > 1) {
            throw run.failure("find with a range is not supported");
        }
        int at = last ? string.lastIndexOf(part) : string.indexOf(part);
        return at < 0 ? -1 : string.codePointCount(0, at);
    }

    private long count(String string, JinjaArguments arguments) {
        String part = operators.text(argument(arguments, 0)).string();
        if (part.isEmpty()) {
            return string.codePointCount(0, string.length()) + 1L;
        }
        long count = 0;
        for (int at = string.indexOf(part); at >= 0; ) {
            count++;
            at = string.indexOf(part, at + part.length());
        }
        return count;
    }

    /** {@code str.replace(old, new, count)}; also the filter. */
    JinjaValue replace(JinjaText text, JinjaArguments arguments) {
        JinjaText from = operators.text(argument(arguments, 0));
        JinjaText to = operators.text(argument(arguments, 1));
        JinjaValue limit = arguments.get(2, "count", JinjaValue.NONE);
        int most =
                limit instanceof JinjaValue.None || operators.index(limit) < 0
                        ? Integer.MAX_VALUE
                        : operators.index(limit);
        JinjaTextBuilder out = new JinjaTextBuilder(run);
        int done = 0;
        int search = 0;
        for (int replaced = 0; replaced < most; replaced++) {
            int at = text.string().indexOf(from.string(), search);
            if (at < 0 || search > text.length()) {
                break;
            }
            out.append(text, done, at).append(to);
            done = at + from.length();
            // An empty pattern matches before every character and at the end.
            search = from.length() > 0 ? done : at + 1;
        }
        return out.append(text, done, text.length()).value();
    }

    JinjaValue join(JinjaText separator, List<JinjaValue> items) {
        JinjaTextBuilder out = new JinjaTextBuilder(run);
        for (int i = 0; i < items.size(); i++) {
            if (i > 0) {
                out.append(separator);
            }
            out.append(operators.text(items.get(i)));
        }
        return out.value();
    }

    static JinjaText capitalize(JinjaText text) {
        if (text.length() == 0) {
            return text;
        }
        String string = text.string();
        int first = string.offsetByCodePoints(0, 1);
        String head = Character.toString(Character.toTitleCase(string.codePointAt(0)));
        return text.mapped(head + string.substring(first).toLowerCase(Locale.ROOT));
    }

    /** {@code str.title}: a letter after a non-letter is large, every other one small. */
    private static JinjaText title(JinjaText text) {
        StringBuilder out = new StringBuilder();
        boolean inWord = false;
        for (int c : text.string().codePoints().toArray()) {
            out.appendCodePoint(inWord ? Character.toLowerCase(c) : Character.toTitleCase(c));
            inWord = Character.isLetter(c);
        }
        return text.mapped(out.toString());
    }
}
