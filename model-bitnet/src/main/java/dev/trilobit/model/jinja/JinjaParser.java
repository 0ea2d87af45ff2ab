package dev.trilobit.model.jinja;

import dev.trilobit.model.jinja.JinjaStatement.FilterStep;
import dev.trilobit.model.jinja.JinjaStatement.Parameter;
import dev.trilobit.model.jinja.JinjaStatement.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Parses template source into statements. */
final class JinjaParser {
    private static final JinjaExpression TRUE = new JinjaExpression.Literal(JinjaValue.TRUE);

    private final JinjaTokens tokens;
    private final JinjaExpressionParser expressions;

    private JinjaParser(JinjaTokens tokens) {
        this.tokens = tokens;
        this.expressions = new JinjaExpressionParser(tokens);
    }

    /**
     * Parses a template.
     *
     * @throws JinjaException if it is wrong or needs what we do not support
     */
    static List<JinjaStatement> parse(String source) {
        JinjaParser parser = new JinjaParser(new JinjaTokens(JinjaLexer.tokens(source)));
        List<JinjaStatement> statements = parser.parseUntil(Set.of());
        if (parser.tokens.peek().kind() != JinjaToken.Kind.END) {
            throw parser.tokens.unexpected("the end of the template");
        }
        return statements;
    }

    /** Parses statements up to, and not including the name of, a block tag in {@code ends}. */
    private List<JinjaStatement> parseUntil(Set<String> ends) {
        tokens.enter();
        List<JinjaStatement> statements = new ArrayList<>();
        while (true) {
            JinjaToken token = tokens.peek();
            switch (token.kind()) {
                case DATA -> statements.add(new JinjaStatement.Data(tokens.next().text()));
                case VARIABLE_BEGIN -> {
                    tokens.next();
                    JinjaExpression expression = expressions.parseTuple();
                    tokens.expect(JinjaToken.Kind.VARIABLE_END, "'}}'");
                    statements.add(new JinjaStatement.Output(expression, token.line()));
                }
                case BLOCK_BEGIN -> {
                    tokens.next();
                    JinjaToken name = tokens.peek();
                    if (name.kind() == JinjaToken.Kind.NAME && ends.contains(name.text())) {
                        tokens.leave();
                        return List.copyOf(statements);
                    }
                    statements.add(parseBlock());
                }
                case END -> {
                    if (!ends.isEmpty()) {
                        throw tokens.unexpected("one of " + ends.stream().sorted().toList());
                    }
                    tokens.leave();
                    return List.copyOf(statements);
                }
                case VARIABLE_END, BLOCK_END, NAME, STRING, INTEGER, FLOAT, OPERATOR ->
                        throw tokens.unexpected("text or a tag");
            }
        }
    }

    private JinjaStatement parseBlock() {
        int line = tokens.line();
        String name = tokens.expect(JinjaToken.Kind.NAME, "the name of a block");
        return switch (name) {
            case "if" -> parseIf(line);
            case "for" -> parseFor(line);
            case "set" -> parseSet(line);
            case "macro" -> parseMacro(line);
            case "call" -> parseCall(line);
            case "filter" -> parseFilter(line);
            case "with" -> parseWith(line);
            case "generation" -> {
                endTag();
                List<JinjaStatement> body = parseUntil(Set.of("endgeneration"));
                closeBlock();
                yield new JinjaStatement.Block(body);
            }
            case "break" -> {
                endTag();
                yield new JinjaStatement.Break(line);
            }
            case "continue" -> {
                endTag();
                yield new JinjaStatement.Continue(line);
            }
            default ->
                    throw new JinjaException(
                            line, "the tag '%s' is not supported here".formatted(name));
        };
    }

    private void endTag() {
        tokens.expect(JinjaToken.Kind.BLOCK_END, "'%}'");
    }

    /** Skips the name of the closing tag and its end. */
    private void closeBlock() {
        tokens.next();
        endTag();
    }

    private JinjaStatement parseIf(int line) {
        JinjaExpression condition = expressions.parseTuple();
        endTag();
        List<JinjaStatement> then = parseUntil(Set.of("elif", "else", "endif"));
        int nextLine = tokens.line();
        List<JinjaStatement> otherwise = List.of();
        if (tokens.skipName("elif")) {
            tokens.enter();
            otherwise = List.of(parseIf(nextLine));
            tokens.leave();
        } else if (tokens.skipName("else")) {
            endTag();
            otherwise = parseUntil(Set.of("endif"));
            closeBlock();
        } else {
            closeBlock();
        }
        return new JinjaStatement.If(condition, then, otherwise, line);
    }

    private JinjaStatement parseFor(int line) {
        Target target = parseNames();
        tokens.expectName("in");
        JinjaExpression iterable = parseIterable();
        JinjaExpression filter = tokens.skipName("if") ? expressions.parse() : TRUE;
        if (tokens.peek().isName("recursive")) {
            throw tokens.failure("recursive loops are not supported");
        }
        endTag();
        List<JinjaStatement> body = parseUntil(Set.of("else", "endfor"));
        List<JinjaStatement> otherwise = List.of();
        if (tokens.skipName("else")) {
            endTag();
            otherwise = parseUntil(Set.of("endfor"));
        }
        closeBlock();
        return new JinjaStatement.For(
                new JinjaStatement.Header(target, iterable, filter), body, otherwise, line);
    }

    /** In {@code for x in a, b if c}, the {@code if} is the loop's. */
    private JinjaExpression parseIterable() {
        List<JinjaExpression> items = new ArrayList<>(List.of(expressions.parseOr()));
        boolean tuple = false;
        while (tokens.skipOperator(",")) {
            tuple = true;
            items.add(expressions.parseOr());
        }
        return tuple ? new JinjaExpression.Items(List.copyOf(items), true) : items.get(0);
    }

    private JinjaStatement.Names parseNames() {
        boolean parentheses = tokens.skipOperator("(");
        List<String> names = new ArrayList<>();
        boolean unpack = false;
        names.add(tokens.expect(JinjaToken.Kind.NAME, "a name"));
        while (tokens.skipOperator(",")) {
            unpack = true;
            if (tokens.peek().kind() == JinjaToken.Kind.NAME && !tokens.peek().isName("in")) {
                names.add(tokens.next().text());
            }
        }
        if (parentheses) {
            tokens.expectOperator(")");
        }
        return new JinjaStatement.Names(List.copyOf(names), unpack);
    }

    private Target parseTarget() {
        if (tokens.peek().kind() == JinjaToken.Kind.NAME && tokens.peek(1).isOperator(".")) {
            String namespace = tokens.next().text();
            tokens.next();
            return new JinjaStatement.Member(
                    namespace, tokens.expect(JinjaToken.Kind.NAME, "a name"));
        }
        return parseNames();
    }

    private JinjaStatement parseSet(int line) {
        Target target = parseTarget();
        if (tokens.skipOperator("=")) {
            JinjaExpression value = expressions.parseTuple();
            endTag();
            return new JinjaStatement.Assign(target, value, line);
        }
        List<FilterStep> filters = tokens.skipOperator("|") ? parseFilterSteps() : List.of();
        endTag();
        List<JinjaStatement> body = parseUntil(Set.of("endset"));
        closeBlock();
        return new JinjaStatement.AssignBlock(target, filters, body, line);
    }

    private List<FilterStep> parseFilterSteps() {
        List<FilterStep> steps = new ArrayList<>();
        do {
            steps.add(
                    new FilterStep(expressions.parseDottedName(), expressions.optionalArguments()));
        } while (tokens.skipOperator("|"));
        return List.copyOf(steps);
    }

    private JinjaStatement parseFilter(int line) {
        List<FilterStep> filters = parseFilterSteps();
        endTag();
        List<JinjaStatement> body = parseUntil(Set.of("endfilter"));
        closeBlock();
        return new JinjaStatement.FilterBlock(filters, body, line);
    }

    private JinjaStatement parseWith(int line) {
        List<JinjaStatement.Assign> assignments = new ArrayList<>();
        while (tokens.peek().kind() != JinjaToken.Kind.BLOCK_END) {
            if (!assignments.isEmpty()) {
                tokens.expectOperator(",");
            }
            String name = tokens.expect(JinjaToken.Kind.NAME, "a name");
            tokens.expectOperator("=");
            assignments.add(
                    new JinjaStatement.Assign(
                            new JinjaStatement.Names(List.of(name), false),
                            expressions.parse(),
                            line));
        }
        endTag();
        List<JinjaStatement> body = parseUntil(Set.of("endwith"));
        closeBlock();
        return new JinjaStatement.With(List.copyOf(assignments), body);
    }

    private JinjaStatement.Macro parseMacro(int line) {
        String name = tokens.expect(JinjaToken.Kind.NAME, "the name of the macro");
        List<Parameter> parameters = parseParameters();
        endTag();
        List<JinjaStatement> body = parseUntil(Set.of("endmacro"));
        closeBlock();
        return new JinjaStatement.Macro(name, parameters, body, line);
    }

    private List<Parameter> parseParameters() {
        tokens.expectOperator("(");
        List<Parameter> parameters = new ArrayList<>();
        while (!tokens.skipOperator(")")) {
            if (!parameters.isEmpty()) {
                tokens.expectOperator(",");
            }
            String name = tokens.expect(JinjaToken.Kind.NAME, "the name of a parameter");
            JinjaExpression otherwise =
                    tokens.skipOperator("=")
                            ? expressions.parse()
                            : new JinjaExpression.Literal(
                                    new JinjaValue.Undefined(
                                            "parameter '%s' was not provided".formatted(name)));
            parameters.add(new Parameter(name, otherwise));
        }
        return List.copyOf(parameters);
    }

    private JinjaStatement parseCall(int line) {
        List<Parameter> parameters = tokens.peek().isOperator("(") ? parseParameters() : List.of();
        if (!(expressions.parse() instanceof JinjaExpression.Call call)) {
            throw new JinjaException(line, "the tag 'call' needs a call");
        }
        endTag();
        List<JinjaStatement> body = parseUntil(Set.of("endcall"));
        closeBlock();
        return new JinjaStatement.CallBlock(
                call, new JinjaStatement.Macro("caller", parameters, body, line));
    }
}
