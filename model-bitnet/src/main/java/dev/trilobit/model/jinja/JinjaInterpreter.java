package dev.trilobit.model.jinja;

import dev.trilobit.model.jinja.JinjaStatement.FilterStep;
import dev.trilobit.model.jinja.JinjaValue.Namespace;
import dev.trilobit.model.jinja.JinjaValue.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Executes statements. */
final class JinjaInterpreter {
    /** How a list of statements ended. */
    private enum Flow {
        NEXT,
        BREAK,
        CONTINUE
    }

    private final JinjaRun run;
    private final JinjaEvaluator evaluator;

    private JinjaInterpreter(JinjaRun run) {
        this.run = run;
        this.evaluator = new JinjaEvaluator(run);
    }

    /**
     * Renders a template.
     *
     * @throws JinjaException if the template fails, refuses or does too much
     */
    static JinjaText render(
            List<JinjaStatement> template, Map<String, JinjaValue> variables, JinjaRun run) {
        JinjaInterpreter interpreter = new JinjaInterpreter(run);
        Map<String, JinjaValue> all = new LinkedHashMap<>(interpreter.evaluator.globals());
        all.putAll(variables);
        // Two levels: what a template sets may hide a global.
        return interpreter.capture(template, JinjaScope.global(all).inner());
    }

    private JinjaText capture(List<JinjaStatement> statements, JinjaScope scope) {
        JinjaTextBuilder out = new JinjaTextBuilder(run);
        execute(statements, scope, out);
        return out.build();
    }

    private Flow execute(List<JinjaStatement> statements, JinjaScope scope, JinjaTextBuilder out) {
        run.enter();
        Flow flow = Flow.NEXT;
        for (JinjaStatement statement : statements) {
            run.step();
            flow = execute(statement, scope, out);
            if (flow != Flow.NEXT) {
                break;
            }
        }
        run.leave();
        return flow;
    }

    private Flow execute(JinjaStatement statement, JinjaScope scope, JinjaTextBuilder out) {
        switch (statement) {
            case JinjaStatement.Data(String text) -> out.append(text);
            case JinjaStatement.Output(JinjaExpression expression, int line) -> {
                run.at(line);
                out.append(str(evaluator.evaluate(expression, scope)));
            }
            case JinjaStatement.If(
                            JinjaExpression condition,
                            List<JinjaStatement> then,
                            List<JinjaStatement> otherwise,
                            int line) -> {
                run.at(line);
                boolean holds = JinjaOperators.isTrue(evaluator.evaluate(condition, scope));
                return execute(holds ? then : otherwise, scope, out);
            }
            case JinjaStatement.For loop -> {
                return loop(loop, scope, out);
            }
            case JinjaStatement.Assign assign -> assign(assign, scope, scope);
            case JinjaStatement.AssignBlock block -> {
                JinjaText text = capture(block.body(), scope.inner());
                run.at(block.line());
                JinjaValue value = filtered(block.filters(), new Text(text), scope);
                assign(block.target(), value, scope);
            }
            case JinjaStatement.FilterBlock block -> {
                JinjaText text = capture(block.body(), scope.inner());
                run.at(block.line());
                out.append(str(filtered(block.filters(), new Text(text), scope)));
            }
            case JinjaStatement.With(
                            List<JinjaStatement.Assign> assignments,
                            List<JinjaStatement> body) -> {
                JinjaScope inner = scope.inner();
                assignments.forEach(assign -> assign(assign, scope, inner));
                return execute(body, inner, out);
            }
            case JinjaStatement.Macro macro -> scope.set(macro.name(), function(macro, scope));
            case JinjaStatement.CallBlock(JinjaExpression.Call call, JinjaStatement.Macro caller) ->
                    out.append(str(callBlock(call, caller, scope)));
            case JinjaStatement.Block(List<JinjaStatement> body) -> {
                return execute(body, scope, out);
            }
            case JinjaStatement.Break b -> {
                return Flow.BREAK;
            }
            case JinjaStatement.Continue c -> {
                return Flow.CONTINUE;
            }
        }
        return Flow.NEXT;
    }

    private JinjaText str(JinjaValue value) {
        return evaluator.filters().printer().str(value);
    }

    private JinjaValue filtered(List<FilterStep> filters, JinjaValue value, JinjaScope scope) {
        JinjaValue result = value;
        for (FilterStep step : filters) {
            JinjaArguments arguments = evaluator.arguments(step.arguments(), scope);
            result = evaluator.filters().apply(step.name(), result, arguments);
        }
        return result;
    }

    private Flow loop(JinjaStatement.For loop, JinjaScope scope, JinjaTextBuilder out) {
        JinjaStatement.Header header = loop.header();
        run.at(loop.line());
        JinjaValue iterable = evaluator.evaluate(header.iterable(), scope);
        run.at(loop.line());
        List<JinjaValue> items = new ArrayList<>();
        for (JinjaValue item : evaluator.operators().iterate(iterable)) {
            JinjaScope inner = scope.inner();
            assign(header.target(), item, inner);
            if (JinjaOperators.isTrue(evaluator.evaluate(header.filter(), inner))) {
                items.add(item);
            }
        }
        if (items.isEmpty()) {
            return execute(loop.otherwise(), scope.inner(), out);
        }
        JinjaLoop state = new JinjaLoop(items, run);
        for (int i = 0; i < items.size(); i++) {
            state.moveTo(i);
            JinjaScope inner = scope.inner();
            inner.set("loop", new JinjaValue.Loop(state));
            assign(header.target(), items.get(i), inner);
            if (execute(loop.body(), inner, out) == Flow.BREAK) {
                break;
            }
        }
        return Flow.NEXT;
    }

    private void assign(JinjaStatement.Assign assign, JinjaScope from, JinjaScope to) {
        run.at(assign.line());
        assign(assign.target(), evaluator.evaluate(assign.value(), from), to);
    }

    private void assign(JinjaStatement.Target target, JinjaValue value, JinjaScope scope) {
        switch (target) {
            case JinjaStatement.Member(String name, String attribute) -> {
                if (!(scope.find(name).orElse(JinjaValue.NONE) instanceof Namespace namespace)) {
                    throw run.failure("'%s' is no namespace".formatted(name));
                }
                namespace.attributes().put(attribute, value);
            }
            case JinjaStatement.Names(List<String> names, boolean unpack) -> {
                if (!unpack) {
                    scope.set(names.get(0), value);
                    return;
                }
                List<JinjaValue> parts = evaluator.operators().iterate(value);
                if (parts.size() != names.size()) {
                    throw run.failure(
                            "cannot unpack %d values into %d names"
                                    .formatted(parts.size(), names.size()));
                }
                for (int i = 0; i < parts.size(); i++) {
                    scope.set(names.get(i), parts.get(i));
                }
            }
        }
    }

    private JinjaValue function(JinjaStatement.Macro macro, JinjaScope scope) {
        return new JinjaValue.Function(macro.name(), arguments -> call(macro, arguments, scope));
    }

    private JinjaValue call(
            JinjaStatement.Macro macro, JinjaArguments arguments, JinjaScope scope) {
        List<JinjaStatement.Parameter> parameters = macro.parameters();
        if (arguments.positional().size() > parameters.size()) {
            throw run.failure(
                    "macro '%s' takes %d arguments, got %d"
                            .formatted(
                                    macro.name(),
                                    parameters.size(),
                                    arguments.positional().size()));
        }
        for (String name : arguments.named().keySet()) {
            if (!name.equals("caller")
                    && parameters.stream().noneMatch(parameter -> parameter.name().equals(name))) {
                throw run.failure("macro '%s' has no parameter '%s'".formatted(macro.name(), name));
            }
        }
        JinjaScope inner = scope.inner();
        JinjaValue caller = arguments.named().get("caller");
        if (caller != null) {
            inner.set("caller", caller);
        }
        for (int i = 0; i < parameters.size(); i++) {
            JinjaStatement.Parameter parameter = parameters.get(i);
            boolean given =
                    i < arguments.positional().size()
                            || arguments.named().containsKey(parameter.name());
            inner.set(
                    parameter.name(),
                    given
                            ? arguments.get(i, parameter.name(), JinjaValue.NONE)
                            : evaluator.evaluate(parameter.otherwise(), inner));
        }
        return new Text(capture(macro.body(), inner));
    }

    private JinjaValue callBlock(
            JinjaExpression.Call call, JinjaStatement.Macro caller, JinjaScope scope) {
        JinjaValue callee = evaluator.evaluate(call.callee(), scope);
        JinjaArguments given = evaluator.arguments(call.arguments(), scope);
        Map<String, JinjaValue> named = new LinkedHashMap<>(given.named());
        named.put("caller", function(caller, scope));
        run.at(call.line());
        return evaluator.call(callee, new JinjaArguments(given.positional(), named));
    }
}
