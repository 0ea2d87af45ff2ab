package dev.trilobit.model.jinja;

import java.util.List;
import java.util.Map;

/** The syntax tree of expressions. */
sealed interface JinjaExpression {
    /** A constant. */
    record Literal(JinjaValue value) implements JinjaExpression {}

    /** A variable. */
    record Name(String name, int line) implements JinjaExpression {}

    /** {@code [a, b]} or {@code (a, b)}. */
    record Items(List<JinjaExpression> items, boolean tuple) implements JinjaExpression {}

    /** <code>{'k': v}</code>. */
    record Entries(List<JinjaExpression> keys, List<JinjaExpression> values)
            implements JinjaExpression {}

    /** {@code target.name}. */
    record Attribute(JinjaExpression target, String name, int line) implements JinjaExpression {}

    /** {@code target[index]}. */
    record Item(JinjaExpression target, JinjaExpression index, int line)
            implements JinjaExpression {}

    /** {@code target[start:stop:step]}; an absent bound is the constant None. */
    record Slice(
            JinjaExpression target,
            JinjaExpression start,
            JinjaExpression stop,
            JinjaExpression step,
            int line)
            implements JinjaExpression {}

    /** {@code callee(arguments)}. */
    record Call(JinjaExpression callee, Arguments arguments, int line) implements JinjaExpression {}

    /** {@code target | name(arguments)}. */
    record Filter(JinjaExpression target, String name, Arguments arguments, int line)
            implements JinjaExpression {}

    /** {@code target is name(arguments)}. */
    record Test(JinjaExpression target, String name, Arguments arguments, int line)
            implements JinjaExpression {}

    /** {@code not operand}. */
    record Not(JinjaExpression operand) implements JinjaExpression {}

    /** {@code -operand} or {@code +operand}. */
    record Sign(JinjaExpression operand, boolean negative, int line) implements JinjaExpression {}

    /** {@code left and right}, {@code left or right}: gives one of the two values. */
    record Logic(JinjaExpression left, JinjaExpression right, boolean and)
            implements JinjaExpression {}

    /** {@code left operator right} of arithmetic. */
    record Arithmetic(String operator, JinjaExpression left, JinjaExpression right, int line)
            implements JinjaExpression {}

    /** {@code first op second op third}: all neighbours compared. */
    record Comparison(
            JinjaExpression first, List<String> operators, List<JinjaExpression> others, int line)
            implements JinjaExpression {}

    /** {@code a ~ b ~ c}. */
    record Concatenation(List<JinjaExpression> parts) implements JinjaExpression {}

    /** {@code then if condition else otherwise}. */
    record Conditional(JinjaExpression condition, JinjaExpression then, JinjaExpression otherwise)
            implements JinjaExpression {}

    /** What stands between the parentheses of a call. */
    record Arguments(List<JinjaExpression> positional, Map<String, JinjaExpression> named) {
        static final Arguments NONE = new Arguments(List.of(), Map.of());
    }
}
