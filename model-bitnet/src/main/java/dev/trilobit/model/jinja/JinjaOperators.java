package dev.trilobit.model.jinja;

import dev.trilobit.model.jinja.JinjaValue.Bool;
import dev.trilobit.model.jinja.JinjaValue.Dict;
import dev.trilobit.model.jinja.JinjaValue.Int;
import dev.trilobit.model.jinja.JinjaValue.Real;
import dev.trilobit.model.jinja.JinjaValue.Sequence;
import dev.trilobit.model.jinja.JinjaValue.Text;
import dev.trilobit.model.jinja.JinjaValue.Undefined;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Python's operators, truth, equality and order. */
final class JinjaOperators {
    private final JinjaRun run;

    JinjaOperators(JinjaRun run) {
        this.run = run;
    }

    static boolean isTrue(JinjaValue value) {
        return switch (value) {
            case Undefined u -> false;
            case JinjaValue.None n -> false;
            case Bool(boolean b) -> b;
            case Int(long i) -> i != 0;
            case Real(double d) -> d != 0;
            case Text(JinjaText t) -> t.length() > 0;
            case Sequence(List<JinjaValue> items, boolean tuple) -> !items.isEmpty();
            case Dict(Map<JinjaValue, JinjaValue> entries) -> !entries.isEmpty();
            case JinjaValue.Namespace n -> true;
            case JinjaValue.Loop l -> true;
            case JinjaValue.Function f -> true;
        };
    }

    /** Returns Python's name of the value's type. */
    static String type(JinjaValue value) {
        return switch (value) {
            case Undefined u -> "undefined";
            case JinjaValue.None n -> "None";
            case Bool b -> "bool";
            case Int i -> "int";
            case Real r -> "float";
            case Text t -> "str";
            case Sequence s -> s.tuple() ? "tuple" : "list";
            case Dict d -> "dict";
            case JinjaValue.Namespace n -> "namespace";
            case JinjaValue.Loop l -> "loop";
            case JinjaValue.Function f -> "function";
        };
    }

    /** Returns the items that a loop over {@code value} sees. */
    List<JinjaValue> iterate(JinjaValue value) {
        List<JinjaValue> items =
                switch (value) {
                    case Sequence s -> s.items();
                    case Dict d -> List.copyOf(d.entries().keySet());
                    case Text(JinjaText text) -> characters(text);
                    case Undefined u -> List.of();
                    case JinjaValue.None n -> throw notIterable(value);
                    case Bool b -> throw notIterable(value);
                    case Int i -> throw notIterable(value);
                    case Real r -> throw notIterable(value);
                    case JinjaValue.Namespace n -> throw notIterable(value);
                    case JinjaValue.Loop l -> throw notIterable(value);
                    case JinjaValue.Function f -> throw notIterable(value);
                };
        run.steps(items.size());
        return items;
    }

    private JinjaException notIterable(JinjaValue value) {
        return run.failure("a value of type %s cannot be iterated".formatted(type(value)));
    }

    private List<JinjaValue> characters(JinjaText text) {
        run.steps(text.length());
        List<JinjaValue> items = new ArrayList<>();
        int at = 0;
        while (at < text.length()) {
            int end = text.string().offsetByCodePoints(at, 1);
            items.add(new Text(text.substring(at, end)));
            at = end;
        }
        return items;
    }

    boolean equal(JinjaValue a, JinjaValue b) {
        run.step();
        run.enter();
        boolean equal;
        if (isNumber(a) && isNumber(b)) {
            boolean floats = a instanceof Real || b instanceof Real;
            equal = floats ? real(a) == real(b) : integer(a) == integer(b);
        } else if (a instanceof Sequence s && b instanceof Sequence t) {
            equal = s.tuple() == t.tuple() && equalItems(s.items(), t.items());
        } else if (a instanceof Dict d && b instanceof Dict e) {
            equal = equalEntries(d.entries(), e.entries());
        } else if (a instanceof Undefined && b instanceof Undefined) {
            equal = true;
        } else if (a instanceof Text(JinjaText s) && b instanceof Text(JinjaText t)) {
            run.characters(s.length());
            equal = s.equals(t);
        } else {
            equal = isSame(a, b);
        }
        run.leave();
        return equal;
    }

    /** Python's {@code is}, as far as values here have an identity. */
    @SuppressWarnings("ReferenceEquality")
    static boolean isSame(JinjaValue a, JinjaValue b) {
        return a == b || (a instanceof JinjaValue.None && b instanceof JinjaValue.None);
    }

    private boolean equalItems(List<JinjaValue> a, List<JinjaValue> b) {
        if (a.size() != b.size()) {
            return false;
        }
        for (int i = 0; i < a.size(); i++) {
            if (!equal(a.get(i), b.get(i))) {
                return false;
            }
        }
        return true;
    }

    private boolean equalEntries(Map<JinjaValue, JinjaValue> a, Map<JinjaValue, JinjaValue> b) {
        if (a.size() != b.size()) {
            return false;
        }
        for (var entry : a.entrySet()) {
            JinjaValue other = b.get(entry.getKey());
            if (other == null || !equal(entry.getValue(), other)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Orders numbers, and strings by code point.
     *
     * @throws JinjaException for other values
     */
    int compare(JinjaValue a, JinjaValue b) {
        run.step();
        if (isNumber(a) && isNumber(b)) {
            return a instanceof Real || b instanceof Real
                    ? Double.compare(real(a), real(b))
                    : Long.compare(integer(a), integer(b));
        }
        if (a instanceof Text s && b instanceof Text t) {
            run.characters(s.text().length() + (long) t.text().length());
            return Arrays.compare(
                    s.string().codePoints().toArray(), t.string().codePoints().toArray());
        }
        throw run.failure("cannot order %s and %s".formatted(shown(a), shown(b)));
    }

    boolean contains(JinjaValue container, JinjaValue item) {
        if (container instanceof Text(JinjaText whole)) {
            if (item instanceof Text(JinjaText part)) {
                run.characters(whole.length());
                return whole.string().contains(part.string());
            }
            throw run.failure("'in' of a string needs a string, got " + shown(item));
        }
        if (container instanceof Dict(Map<JinjaValue, JinjaValue> entries)) {
            return isKey(item) && entries.containsKey(item);
        }
        for (JinjaValue element : iterate(container)) {
            if (equal(element, item)) {
                return true;
            }
        }
        return false;
    }

    /** Tells whether a dict may have {@code value} as a key: here, that is constants only. */
    static boolean isKey(JinjaValue value) {
        return value instanceof Text || value instanceof JinjaValue.None || isNumber(value);
    }

    static boolean isNumber(JinjaValue value) {
        return value instanceof Int || value instanceof Real || value instanceof Bool;
    }

    /** Returns an int or a bool as a number. */
    long integer(JinjaValue value) {
        if (value instanceof Int(long i)) {
            return i;
        }
        if (value instanceof Bool(boolean b)) {
            return b ? 1 : 0;
        }
        throw run.failure("expected an integer, got " + shown(value));
    }

    /** Returns an argument that counts or indexes. */
    int index(JinjaValue value) {
        return Math.clamp(integer(value), Integer.MIN_VALUE / 2, Integer.MAX_VALUE / 2);
    }

    double real(JinjaValue value) {
        return value instanceof Real(double d) ? d : integer(value);
    }

    /** Returns a string argument. */
    JinjaText text(JinjaValue value) {
        if (value instanceof Text(JinjaText text)) {
            return text;
        }
        throw run.failure("expected a string, got " + shown(value));
    }

    private static String shown(JinjaValue value) {
        return value instanceof Undefined(String problem) ? "undefined: " + problem : type(value);
    }

    /** Evaluates {@code a operator b} of {@code + - * / // % **}. */
    JinjaValue arithmetic(String operator, JinjaValue a, JinjaValue b) {
        if (isNumber(a) && isNumber(b)) {
            try {
                return a instanceof Real || b instanceof Real || operator.equals("/")
                        ? reals(operator, real(a), real(b))
                        : integers(operator, integer(a), integer(b));
            } catch (ArithmeticException e) {
                throw run.failure("integer %s: %s".formatted(operator, e.getMessage()));
            }
        }
        if (operator.equals("+")
                && a instanceof Text(JinjaText s)
                && b instanceof Text(JinjaText t)) {
            return new JinjaTextBuilder(run).append(s).append(t).value();
        }
        if (operator.equals("+")
                && a instanceof Sequence s
                && b instanceof Sequence t
                && s.tuple() == t.tuple()) {
            run.steps(s.items().size() + (long) t.items().size());
            List<JinjaValue> joined = new ArrayList<>(s.items());
            joined.addAll(t.items());
            return new Sequence(List.copyOf(joined), s.tuple());
        }
        if (operator.equals("*") && !(b instanceof Real) && isNumber(b)) {
            return repeat(a, integer(b));
        }
        if (operator.equals("*") && !(a instanceof Real) && isNumber(a)) {
            return repeat(b, integer(a));
        }
        throw run.failure(
                "'%s' does not work with %s and %s".formatted(operator, shown(a), shown(b)));
    }

    private JinjaValue repeat(JinjaValue value, long times) {
        long count = Math.max(times, 0);
        if (value instanceof Text(JinjaText text)) {
            JinjaTextBuilder builder = new JinjaTextBuilder(run);
            for (long i = 0; i < count && text.length() > 0; i++) {
                builder.append(text);
            }
            return builder.value();
        }
        if (value instanceof Sequence s) {
            List<JinjaValue> items = new ArrayList<>();
            for (long i = 0; i < count && !s.items().isEmpty(); i++) {
                run.steps(s.items().size());
                items.addAll(s.items());
            }
            return new Sequence(List.copyOf(items), s.tuple());
        }
        throw run.failure("'*' does not work with %s and int".formatted(shown(value)));
    }

    private JinjaValue integers(String operator, long a, long b) {
        if (b == 0 && (operator.equals("//") || operator.equals("%"))) {
            throw run.failure("division by zero");
        }
        return switch (operator) {
            case "+" -> new Int(Math.addExact(a, b));
            case "-" -> new Int(Math.subtractExact(a, b));
            case "*" -> new Int(Math.multiplyExact(a, b));
            case "//" -> new Int(Math.floorDiv(a, b));
            case "%" -> new Int(Math.floorMod(a, b));
            default -> b < 0 ? new Real(Math.pow((double) a, (double) b)) : new Int(power(a, b));
        };
    }

    private long power(long base, long exponent) {
        long result = 1;
        for (long i = 0; i < exponent && result != 0; i++) {
            run.step();
            result = Math.multiplyExact(result, base);
        }
        return result;
    }

    private JinjaValue reals(String operator, double a, double b) {
        if (b == 0 && (operator.startsWith("/") || operator.equals("%"))) {
            throw run.failure("division by zero");
        }
        return new Real(
                switch (operator) {
                    case "+" -> a + b;
                    case "-" -> a - b;
                    case "*" -> a * b;
                    case "/" -> a / b;
                    case "//" -> Math.floor(a / b);
                    case "%" -> a - b * Math.floor(a / b);
                    default -> Math.pow(a, b);
                });
    }
}
