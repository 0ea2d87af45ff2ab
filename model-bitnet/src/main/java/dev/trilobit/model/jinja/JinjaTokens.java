package dev.trilobit.model.jinja;

import java.util.List;

/** A cursor over tokens. */
final class JinjaTokens {
    /** Brackets, blocks and signs inside each other; bounds the parser's stack. */
    private static final int MAX_NESTING = 100;

    private final List<JinjaToken> tokens;
    private int at;
    private int nesting;

    JinjaTokens(List<JinjaToken> tokens) {
        this.tokens = tokens;
    }

    JinjaToken peek() {
        return tokens.get(at);
    }

    JinjaToken peek(int ahead) {
        return tokens.get(Math.min(at + ahead, tokens.size() - 1));
    }

    JinjaToken next() {
        JinjaToken token = tokens.get(at);
        if (at < tokens.size() - 1) {
            at++;
        }
        return token;
    }

    int line() {
        return peek().line();
    }

    boolean skipOperator(String operator) {
        boolean found = peek().isOperator(operator);
        if (found) {
            next();
        }
        return found;
    }

    boolean skipName(String name) {
        boolean found = peek().isName(name);
        if (found) {
            next();
        }
        return found;
    }

    void expectOperator(String operator) {
        if (!skipOperator(operator)) {
            throw unexpected("'" + operator + "'");
        }
    }

    void expectName(String name) {
        if (!skipName(name)) {
            throw unexpected("'" + name + "'");
        }
    }

    String expect(JinjaToken.Kind kind, String what) {
        if (peek().kind() != kind) {
            throw unexpected(what);
        }
        return next().text();
    }

    void enter() {
        if (++nesting > MAX_NESTING) {
            throw failure("nests deeper than %d levels".formatted(MAX_NESTING));
        }
    }

    void leave() {
        nesting--;
    }

    JinjaException unexpected(String expected) {
        return failure("expected %s, got %s".formatted(expected, peek().shown()));
    }

    JinjaException failure(String problem) {
        return new JinjaException(line(), problem);
    }
}
