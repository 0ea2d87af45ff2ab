package dev.trilobit.model.jinja;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A value inside a template, with Python's types. */
public sealed interface JinjaValue {
    None NONE = new None();
    Bool TRUE = new Bool(true);
    Bool FALSE = new Bool(false);

    static Bool of(boolean value) {
        return value ? TRUE : FALSE;
    }

    static Sequence list(List<? extends JinjaValue> items) {
        return new Sequence(List.copyOf(items), false);
    }

    static Sequence tuple(JinjaValue... items) {
        return new Sequence(List.of(items), true);
    }

    /**
     * What a missing name or item gives: prints as nothing, is false, and fails when used.
     *
     * @param problem the message of that failure
     */
    record Undefined(String problem) implements JinjaValue {}

    /** Python's None. */
    record None() implements JinjaValue {}

    /** A truth value. */
    record Bool(boolean value) implements JinjaValue {}

    /** An integer; overflow is an error. */
    record Int(long value) implements JinjaValue {}

    /** A float. */
    record Real(double value) implements JinjaValue {}

    /** A string that knows which of its characters users wrote. */
    record Text(JinjaText text) implements JinjaValue {
        /** Returns a string of whoever wrote the template. */
        public static Text of(String trusted) {
            return new Text(JinjaText.trusted(trusted));
        }

        String string() {
            return text.string();
        }
    }

    /** A list or a tuple. */
    record Sequence(List<JinjaValue> items, boolean tuple) implements JinjaValue {}

    /** A dictionary in insertion order. */
    record Dict(Map<JinjaValue, JinjaValue> entries) implements JinjaValue {}

    /** The one kind of object that a template may change: {@code namespace()}. */
    record Namespace(Map<String, JinjaValue> attributes) implements JinjaValue {
        Namespace() {
            this(new LinkedHashMap<>());
        }
    }

    /** The variable {@code loop}. */
    record Loop(JinjaLoop state) implements JinjaValue {}

    /** A macro, a method bound to its object, or a function such as {@code range}. */
    record Function(String name, Body body) implements JinjaValue {}

    /** What a function does. */
    @FunctionalInterface
    interface Body {
        JinjaValue call(JinjaArguments arguments);
    }
}
