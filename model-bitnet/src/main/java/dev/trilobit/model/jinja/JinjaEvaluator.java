package dev.trilobit.model.jinja;

import dev.trilobit.model.jinja.JinjaValue.Dict;
import dev.trilobit.model.jinja.JinjaValue.Int;
import dev.trilobit.model.jinja.JinjaValue.Sequence;
import dev.trilobit.model.jinja.JinjaValue.Undefined;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Evaluates expressions. */
final class JinjaEvaluator {
    private final JinjaRun run;
    private final JinjaOperators operators;
    private final JinjaAttributes attributes;
    private final JinjaFilters filters;

    JinjaEvaluator(JinjaRun run) {
        this.run = run;
        this.operators = new JinjaOperators(run);
        this.attributes = new JinjaAttributes(run, operators);
        this.filters = new JinjaFilters(run, operators, attributes);
    }

    JinjaOperators operators() {
        return operators;
    }

    JinjaFilters filters() {
        return filters;
    }

    Map<String, JinjaValue> globals() {
        return new JinjaGlobals(run, operators, filters.printer()).functions();
    }

    JinjaValue evaluate(JinjaExpression expression, JinjaScope scope) {
        run.step();
        run.enter();
        JinjaValue value =
                switch (expression) {
                    case JinjaExpression.Literal(JinjaValue constant) -> constant;
                    case JinjaExpression.Name(String name, int line) -> {
                        run.at(line);
                        yield scope.find(name)
                                .orElseGet(
                                        () -> new Undefined("'%s' is undefined".formatted(name)));
                    }
                    case JinjaExpression.Items(List<JinjaExpression> items, boolean tuple) ->
                            new Sequence(all(items, scope), tuple);
                    case JinjaExpression.Entries entries -> dict(entries, scope);
                    case JinjaExpression.Attribute(
                                    JinjaExpression target,
                                    String name,
                                    int line) -> {
                        JinjaValue object = evaluate(target, scope);
                        run.at(line);
                        yield attributes.attribute(object, name);
                    }
                    case JinjaExpression.Item(
                                    JinjaExpression target,
                                    JinjaExpression index,
                                    int line) -> {
                        JinjaValue object = evaluate(target, scope);
                        JinjaValue at = evaluate(index, scope);
                        run.at(line);
                        yield attributes.item(object, at);
                    }
                    case JinjaExpression.Slice slice -> slice(slice, scope);
                    case JinjaExpression.Call call -> call(call, scope);
                    case JinjaExpression.Filter filter -> {
                        JinjaValue target = evaluate(filter.target(), scope);
                        JinjaArguments arguments = arguments(filter.arguments(), scope);
                        run.at(filter.line());
                        yield filters.apply(filter.name(), target, arguments);
                    }
                    case JinjaExpression.Test test -> {
                        JinjaValue target = evaluate(test.target(), scope);
                        JinjaArguments arguments = arguments(test.arguments(), scope);
                        run.at(test.line());
                        yield JinjaValue.of(filters.tests().passes(test.name(), target, arguments));
                    }
                    case JinjaExpression.Not(JinjaExpression operand) ->
                            JinjaValue.of(!JinjaOperators.isTrue(evaluate(operand, scope)));
                    case JinjaExpression.Sign(
                                    JinjaExpression operand,
                                    boolean negative,
                                    int line) -> {
                        JinjaValue number = evaluate(operand, scope);
                        run.at(line);
                        yield operators.arithmetic(negative ? "-" : "+", new Int(0), number);
                    }
                    case JinjaExpression.Logic(
                                    JinjaExpression left,
                                    JinjaExpression right,
                                    boolean and) -> {
                        JinjaValue first = evaluate(left, scope);
                        yield JinjaOperators.isTrue(first) == and ? evaluate(right, scope) : first;
                    }
                    case JinjaExpression.Arithmetic(
                                    String operator,
                                    JinjaExpression left,
                                    JinjaExpression right,
                                    int line) -> {
                        JinjaValue a = evaluate(left, scope);
                        JinjaValue b = evaluate(right, scope);
                        run.at(line);
                        yield operators.arithmetic(operator, a, b);
                    }
                    case JinjaExpression.Comparison comparison ->
                            JinjaValue.of(compare(comparison, scope));
                    case JinjaExpression.Concatenation(List<JinjaExpression> parts) -> {
                        JinjaTextBuilder out = new JinjaTextBuilder(run);
                        for (JinjaExpression part : parts) {
                            out.append(filters.printer().str(evaluate(part, scope)));
                        }
                        yield out.value();
                    }
                    case JinjaExpression.Conditional(
                                    JinjaExpression condition,
                                    JinjaExpression then,
                                    JinjaExpression otherwise) ->
                            JinjaOperators.isTrue(evaluate(condition, scope))
                                    ? evaluate(then, scope)
                                    : evaluate(otherwise, scope);
                };
        run.leave();
        return value;
    }

    private List<JinjaValue> all(List<JinjaExpression> expressions, JinjaScope scope) {
        List<JinjaValue> values = new ArrayList<>(expressions.size());
        for (JinjaExpression expression : expressions) {
            values.add(evaluate(expression, scope));
        }
        return List.copyOf(values);
    }

    private JinjaValue dict(JinjaExpression.Entries entries, JinjaScope scope) {
        Map<JinjaValue, JinjaValue> map = new LinkedHashMap<>();
        for (int i = 0; i < entries.keys().size(); i++) {
            JinjaValue key = evaluate(entries.keys().get(i), scope);
            if (!JinjaOperators.isKey(key)) {
                throw run.failure("a %s cannot be a key".formatted(JinjaOperators.type(key)));
            }
            map.put(key, evaluate(entries.values().get(i), scope));
        }
        return new Dict(map);
    }

    private JinjaValue slice(JinjaExpression.Slice slice, JinjaScope scope) {
        JinjaValue target = evaluate(slice.target(), scope);
        JinjaValue start = evaluate(slice.start(), scope);
        JinjaValue stop = evaluate(slice.stop(), scope);
        JinjaValue step = evaluate(slice.step(), scope);
        run.at(slice.line());
        return attributes.slice(target, start, stop, step);
    }

    private JinjaValue call(JinjaExpression.Call call, JinjaScope scope) {
        JinjaValue callee = evaluate(call.callee(), scope);
        JinjaArguments arguments = arguments(call.arguments(), scope);
        run.at(call.line());
        return call(callee, arguments);
    }

    /** Calls a function, macro or method. */
    JinjaValue call(JinjaValue callee, JinjaArguments arguments) {
        if (callee instanceof JinjaValue.Function(String name, JinjaValue.Body body)) {
            return body.call(arguments);
        }
        throw run.failure(
                callee instanceof Undefined(String problem)
                        ? problem
                        : "a %s cannot be called".formatted(JinjaOperators.type(callee)));
    }

    JinjaArguments arguments(JinjaExpression.Arguments arguments, JinjaScope scope) {
        Map<String, JinjaValue> named = new LinkedHashMap<>();
        List<JinjaValue> positional = all(arguments.positional(), scope);
        arguments.named().forEach((name, value) -> named.put(name, evaluate(value, scope)));
        return new JinjaArguments(positional, named);
    }

    private boolean compare(JinjaExpression.Comparison comparison, JinjaScope scope) {
        JinjaValue left = evaluate(comparison.first(), scope);
        for (int i = 0; i < comparison.operators().size(); i++) {
            JinjaValue right = evaluate(comparison.others().get(i), scope);
            run.at(comparison.line());
            boolean holds =
                    switch (comparison.operators().get(i)) {
                        case "==" -> operators.equal(left, right);
                        case "!=" -> !operators.equal(left, right);
                        case "<" -> operators.compare(left, right) < 0;
                        case "<=" -> operators.compare(left, right) <= 0;
                        case ">" -> operators.compare(left, right) > 0;
                        case ">=" -> operators.compare(left, right) >= 0;
                        case "in" -> operators.contains(right, left);
                        default -> !operators.contains(right, left);
                    };
            if (!holds) {
                return false;
            }
            left = right;
        }
        return true;
    }
}
