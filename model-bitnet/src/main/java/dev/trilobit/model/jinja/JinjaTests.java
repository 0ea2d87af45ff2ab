package dev.trilobit.model.jinja;

import dev.trilobit.model.jinja.JinjaValue.Bool;
import dev.trilobit.model.jinja.JinjaValue.Dict;
import dev.trilobit.model.jinja.JinjaValue.Int;
import dev.trilobit.model.jinja.JinjaValue.Real;
import dev.trilobit.model.jinja.JinjaValue.Sequence;
import dev.trilobit.model.jinja.JinjaValue.Text;
import dev.trilobit.model.jinja.JinjaValue.Undefined;

/** The tests behind {@code is}. */
final class JinjaTests {
    private final JinjaRun run;
    private final JinjaOperators operators;
    private final JinjaStrings strings;

    JinjaTests(JinjaRun run, JinjaOperators operators, JinjaStrings strings) {
        this.run = run;
        this.operators = operators;
        this.strings = strings;
    }

    /**
     * Tells whether {@code value} passes.
     *
     * @throws JinjaException if there is no such test
     */
    boolean passes(String name, JinjaValue value, JinjaArguments arguments) {
        return switch (name) {
            case "defined" -> !(value instanceof Undefined);
            case "undefined" -> value instanceof Undefined;
            case "none" -> value instanceof JinjaValue.None;
            case "string" -> value instanceof Text;
            case "number" -> JinjaOperators.isNumber(value);
            case "integer" -> value instanceof Int;
            case "float" -> value instanceof Real;
            case "boolean" -> value instanceof Bool;
            case "true" -> value instanceof Bool(boolean b) && b;
            case "false" -> value instanceof Bool(boolean b) && !b;
            case "mapping" -> value instanceof Dict;
            case "sequence", "iterable" ->
                    value instanceof Sequence
                            || value instanceof Dict
                            || value instanceof Text
                            || value instanceof Undefined;
            case "callable" -> value instanceof JinjaValue.Function;
            case "odd" -> Math.floorMod(operators.integer(value), 2) == 1;
            case "even" -> Math.floorMod(operators.integer(value), 2) == 0;
            case "divisibleby" -> divides(value, first(name, arguments));
            case "sameas" ->
                    JinjaOperators.isSame(value, first(name, arguments))
                            || (value instanceof Bool && value.equals(first(name, arguments)));
            case "eq", "equalto", "==" -> operators.equal(value, first(name, arguments));
            case "ne", "!=" -> !operators.equal(value, first(name, arguments));
            case "lt", "lessthan", "<" -> operators.compare(value, first(name, arguments)) < 0;
            case "le", "<=" -> operators.compare(value, first(name, arguments)) <= 0;
            case "gt", "greaterthan", ">" -> operators.compare(value, first(name, arguments)) > 0;
            case "ge", ">=" -> operators.compare(value, first(name, arguments)) >= 0;
            case "in" -> operators.contains(first(name, arguments), value);
            case "upper", "lower" ->
                    strings.method(operators.text(value), "is" + name)
                            .map(body -> JinjaOperators.isTrue(body.call(JinjaArguments.NONE)))
                            .orElse(false);
            default -> throw run.failure("the test '%s' is not supported".formatted(name));
        };
    }

    private boolean divides(JinjaValue value, JinjaValue by) {
        long divisor = operators.integer(by);
        if (divisor == 0) {
            throw run.failure("division by zero");
        }
        return operators.integer(value) % divisor == 0;
    }

    private JinjaValue first(String name, JinjaArguments arguments) {
        if (arguments.positional().isEmpty()) {
            throw run.failure("the test '%s' needs an argument".formatted(name));
        }
        return arguments.positional().get(0);
    }
}
