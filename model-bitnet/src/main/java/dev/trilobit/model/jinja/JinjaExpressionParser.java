package dev.trilobit.model.jinja;

import dev.trilobit.model.jinja.JinjaExpression.Arguments;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Parses expressions by recursive descent, with Jinja's precedence. */
final class JinjaExpressionParser {
    static final JinjaExpression NONE = new JinjaExpression.Literal(JinjaValue.NONE);
    private static final JinjaExpression EMPTY =
            new JinjaExpression.Literal(
                    new JinjaValue.Undefined("the inline if was false and has no else"));
    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");

    private final JinjaTokens tokens;

    JinjaExpressionParser(JinjaTokens tokens) {
        this.tokens = tokens;
    }

    /** Parses an expression; without parentheses {@code a, b} is a tuple. */
    JinjaExpression parseTuple() {
        JinjaExpression first = parse();
        if (!tokens.peek().isOperator(",")) {
            return first;
        }
        List<JinjaExpression> items = new ArrayList<>(List.of(first));
        while (tokens.skipOperator(",")) {
            if (endsTuple()) {
                break;
            }
            items.add(parse());
        }
        return new JinjaExpression.Items(List.copyOf(items), true);
    }

    private boolean endsTuple() {
        JinjaToken token = tokens.peek();
        return switch (token.kind()) {
            case VARIABLE_END, BLOCK_END, END -> true;
            case OPERATOR -> token.isOperator(")") || token.isOperator("=");
            case DATA, VARIABLE_BEGIN, BLOCK_BEGIN, NAME, STRING, INTEGER, FLOAT -> false;
        };
    }

    JinjaExpression parse() {
        tokens.enter();
        JinjaExpression expression = parseOr();
        while (tokens.skipName("if")) {
            JinjaExpression condition = parseOr();
            JinjaExpression otherwise = tokens.skipName("else") ? parse() : EMPTY;
            expression = new JinjaExpression.Conditional(condition, expression, otherwise);
        }
        tokens.leave();
        return expression;
    }

    /** Parses an expression without inline if, as {@code for x in … if …} needs it. */
    JinjaExpression parseOr() {
        JinjaExpression left = parseAnd();
        while (tokens.skipName("or")) {
            left = new JinjaExpression.Logic(left, parseAnd(), false);
        }
        return left;
    }

    private JinjaExpression parseAnd() {
        JinjaExpression left = parseNot();
        while (tokens.skipName("and")) {
            left = new JinjaExpression.Logic(left, parseNot(), true);
        }
        return left;
    }

    private JinjaExpression parseNot() {
        if (tokens.skipName("not")) {
            tokens.enter();
            JinjaExpression operand = parseNot();
            tokens.leave();
            return new JinjaExpression.Not(operand);
        }
        return parseComparison();
    }

    private JinjaExpression parseComparison() {
        int line = tokens.line();
        JinjaExpression first = parseSum();
        List<String> operators = new ArrayList<>();
        List<JinjaExpression> others = new ArrayList<>();
        while (true) {
            JinjaToken token = tokens.peek();
            if (token.kind() == JinjaToken.Kind.OPERATOR && COMPARISONS.contains(token.text())) {
                operators.add(tokens.next().text());
            } else if (tokens.skipName("in")) {
                operators.add("in");
            } else if (token.isName("not") && tokens.peek(1).isName("in")) {
                tokens.next();
                tokens.next();
                operators.add("not in");
            } else {
                break;
            }
            others.add(parseSum());
        }
        return operators.isEmpty()
                ? first
                : new JinjaExpression.Comparison(
                        first, List.copyOf(operators), List.copyOf(others), line);
    }

    private JinjaExpression parseSum() {
        JinjaExpression left = parseConcatenation();
        while (tokens.peek().isOperator("+") || tokens.peek().isOperator("-")) {
            JinjaToken operator = tokens.next();
            left =
                    new JinjaExpression.Arithmetic(
                            operator.text(), left, parseConcatenation(), operator.line());
        }
        return left;
    }

    private JinjaExpression parseConcatenation() {
        JinjaExpression first = parseProduct();
        if (!tokens.peek().isOperator("~")) {
            return first;
        }
        List<JinjaExpression> parts = new ArrayList<>(List.of(first));
        while (tokens.skipOperator("~")) {
            parts.add(parseProduct());
        }
        return new JinjaExpression.Concatenation(List.copyOf(parts));
    }

    private JinjaExpression parseProduct() {
        JinjaExpression left = parsePower();
        while (isAnyOf("*", "/", "//", "%")) {
            JinjaToken operator = tokens.next();
            left =
                    new JinjaExpression.Arithmetic(
                            operator.text(), left, parsePower(), operator.line());
        }
        return left;
    }

    private boolean isAnyOf(String... operators) {
        for (String operator : operators) {
            if (tokens.peek().isOperator(operator)) {
                return true;
            }
        }
        return false;
    }

    private JinjaExpression parsePower() {
        JinjaExpression left = parseUnary(true);
        while (tokens.peek().isOperator("**")) {
            JinjaToken operator = tokens.next();
            left = new JinjaExpression.Arithmetic("**", left, parseUnary(true), operator.line());
        }
        return left;
    }

    private JinjaExpression parseUnary(boolean withFilters) {
        int line = tokens.line();
        JinjaExpression expression;
        if (isAnyOf("-", "+")) {
            boolean negative = tokens.next().isOperator("-");
            tokens.enter();
            expression = new JinjaExpression.Sign(parseUnary(false), negative, line);
            tokens.leave();
        } else {
            expression = parsePostfix(parsePrimary());
        }
        return withFilters ? parseFilters(expression) : expression;
    }

    private JinjaExpression parsePrimary() {
        JinjaToken token = tokens.next();
        return switch (token.kind()) {
            case NAME -> name(token);
            case STRING -> {
                StringBuilder text = new StringBuilder(token.text());
                while (tokens.peek().kind() == JinjaToken.Kind.STRING) {
                    text.append(tokens.next().text());
                }
                yield new JinjaExpression.Literal(JinjaValue.Text.of(text.toString()));
            }
            case INTEGER -> new JinjaExpression.Literal(integer(token));
            case FLOAT ->
                    new JinjaExpression.Literal(
                            new JinjaValue.Real(Double.parseDouble(token.text())));
            case OPERATOR ->
                    switch (token.text()) {
                        case "(" -> parseParentheses();
                        case "[" -> new JinjaExpression.Items(parseItems("]"), false);
                        case "{" -> parseEntries();
                        default -> throw unexpected(token);
                    };
            case DATA, VARIABLE_BEGIN, VARIABLE_END, BLOCK_BEGIN, BLOCK_END, END ->
                    throw unexpected(token);
        };
    }

    private static JinjaException unexpected(JinjaToken token) {
        return new JinjaException(token.line(), "expected an expression, got " + token.shown());
    }

    private static JinjaExpression name(JinjaToken token) {
        return switch (token.text()) {
            case "true", "True" -> new JinjaExpression.Literal(JinjaValue.TRUE);
            case "false", "False" -> new JinjaExpression.Literal(JinjaValue.FALSE);
            case "none", "None" -> NONE;
            default -> new JinjaExpression.Name(token.text(), token.line());
        };
    }

    private static JinjaValue integer(JinjaToken token) {
        try {
            return new JinjaValue.Int(PythonText.integer(token.text()));
        } catch (NumberFormatException e) {
            throw new JinjaException(
                    token.line(), "the integer %s is too large".formatted(token.text()));
        }
    }

    private JinjaExpression parseParentheses() {
        if (tokens.skipOperator(")")) {
            return new JinjaExpression.Items(List.of(), true);
        }
        JinjaExpression inside = parseTuple();
        tokens.expectOperator(")");
        return inside;
    }

    private List<JinjaExpression> parseItems(String closing) {
        List<JinjaExpression> items = new ArrayList<>();
        while (!tokens.skipOperator(closing)) {
            if (!items.isEmpty()) {
                tokens.expectOperator(",");
                if (tokens.skipOperator(closing)) {
                    break;
                }
            }
            items.add(parse());
        }
        return List.copyOf(items);
    }

    private JinjaExpression parseEntries() {
        List<JinjaExpression> keys = new ArrayList<>();
        List<JinjaExpression> values = new ArrayList<>();
        while (!tokens.skipOperator("}")) {
            if (!keys.isEmpty()) {
                tokens.expectOperator(",");
                if (tokens.skipOperator("}")) {
                    break;
                }
            }
            keys.add(parse());
            tokens.expectOperator(":");
            values.add(parse());
        }
        return new JinjaExpression.Entries(List.copyOf(keys), List.copyOf(values));
    }

    private JinjaExpression parsePostfix(JinjaExpression start) {
        JinjaExpression expression = start;
        while (true) {
            int line = tokens.line();
            if (tokens.skipOperator(".")) {
                JinjaToken token = tokens.next();
                if (token.kind() == JinjaToken.Kind.NAME) {
                    expression = new JinjaExpression.Attribute(expression, token.text(), line);
                } else if (token.kind() == JinjaToken.Kind.INTEGER) {
                    JinjaExpression index = new JinjaExpression.Literal(integer(token));
                    expression = new JinjaExpression.Item(expression, index, line);
                } else {
                    throw new JinjaException(line, "expected a name, got " + token.shown());
                }
            } else if (tokens.skipOperator("[")) {
                expression = parseSubscript(expression, line);
            } else if (tokens.skipOperator("(")) {
                expression = new JinjaExpression.Call(expression, parseArguments(), line);
            } else {
                return expression;
            }
        }
    }

    private JinjaExpression parseSubscript(JinjaExpression target, int line) {
        JinjaExpression start = tokens.peek().isOperator(":") ? NONE : parseTuple();
        if (!tokens.skipOperator(":")) {
            tokens.expectOperator("]");
            return new JinjaExpression.Item(target, start, line);
        }
        JinjaExpression stop = isAnyOf(":", "]") ? NONE : parse();
        JinjaExpression step = NONE;
        if (tokens.skipOperator(":")) {
            step = tokens.peek().isOperator("]") ? NONE : parse();
        }
        tokens.expectOperator("]");
        return new JinjaExpression.Slice(target, start, stop, step, line);
    }

    /** Parses what follows the opening parenthesis of a call. */
    Arguments parseArguments() {
        List<JinjaExpression> positional = new ArrayList<>();
        Map<String, JinjaExpression> named = new LinkedHashMap<>();
        boolean first = true;
        while (!tokens.skipOperator(")")) {
            if (!first) {
                tokens.expectOperator(",");
                if (tokens.skipOperator(")")) {
                    break;
                }
            }
            first = false;
            if (isAnyOf("*", "**")) {
                throw tokens.failure("unpacking arguments with * is not supported");
            }
            if (tokens.peek().kind() == JinjaToken.Kind.NAME && tokens.peek(1).isOperator("=")) {
                String name = tokens.next().text();
                tokens.next();
                named.put(name, parse());
            } else if (named.isEmpty()) {
                positional.add(parse());
            } else {
                throw tokens.failure("a positional argument follows a named one");
            }
        }
        return new Arguments(List.copyOf(positional), named);
    }

    private JinjaExpression parseFilters(JinjaExpression start) {
        JinjaExpression expression = start;
        while (true) {
            int line = tokens.line();
            if (tokens.skipOperator("|")) {
                String name = parseDottedName();
                expression =
                        new JinjaExpression.Filter(expression, name, optionalArguments(), line);
            } else if (tokens.skipName("is")) {
                expression = parseTest(expression, line);
            } else if (tokens.skipOperator("(")) {
                expression = new JinjaExpression.Call(expression, parseArguments(), line);
            } else {
                return expression;
            }
        }
    }

    String parseDottedName() {
        StringBuilder name = new StringBuilder(tokens.expect(JinjaToken.Kind.NAME, "a name"));
        while (tokens.skipOperator(".")) {
            name.append('.').append(tokens.expect(JinjaToken.Kind.NAME, "a name"));
        }
        return name.toString();
    }

    Arguments optionalArguments() {
        return tokens.skipOperator("(") ? parseArguments() : Arguments.NONE;
    }

    private JinjaExpression parseTest(JinjaExpression target, int line) {
        boolean negated = tokens.skipName("not");
        String name = parseDottedName();
        Arguments arguments = Arguments.NONE;
        if (tokens.skipOperator("(")) {
            arguments = parseArguments();
        } else if (startsTestArgument()) {
            arguments = new Arguments(List.of(parsePostfix(parsePrimary())), Map.of());
        }
        JinjaExpression test = new JinjaExpression.Test(target, name, arguments, line);
        return negated ? new JinjaExpression.Not(test) : test;
    }

    private boolean startsTestArgument() {
        JinjaToken token = tokens.peek();
        return switch (token.kind()) {
            case STRING, INTEGER, FLOAT -> true;
            case NAME ->
                    !Set.of("else", "or", "and", "is", "if", "not", "in").contains(token.text());
            case OPERATOR -> token.isOperator("[") || token.isOperator("{");
            case DATA, VARIABLE_BEGIN, VARIABLE_END, BLOCK_BEGIN, BLOCK_END, END -> false;
        };
    }
}
