package dev.trilobit.model.jinja;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts template source into tokens with the white space rules that transformers sets: {@code
 * trim_blocks} (a line break right after a block goes), {@code lstrip_blocks} (blanks before a
 * block at the start of a line go), no trailing line break.
 */
final class JinjaLexer {
    private static final Pattern FLOAT =
            Pattern.compile(
                    "\\d+(_\\d+)*((\\.\\d+(_\\d+)*)?[eE][+-]?\\d+(_\\d+)*|\\.\\d+(_\\d+)*)");
    private static final Pattern INTEGER =
            Pattern.compile("0[bB](_?[01])+|0[oO](_?[0-7])+|0[xX](_?[0-9a-fA-F])+|\\d+(_?\\d)*");
    private static final Pattern RAW_BEGIN =
            Pattern.compile("\\{%[-+]?\\s*raw\\s*(-%\\}\\s*|%\\})");
    private static final Pattern RAW_END =
            Pattern.compile("\\{%([-+]?)\\s*endraw\\s*(\\+%\\}|-%\\}\\s*|%\\}\\n?)");
    private static final List<String> OPERATORS =
            List.of(
                    "**", "//", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(",
                    ")", "{", "}", ">", "<", "=", ".", ":", "|", ",", ";");

    private final String source;
    private final List<JinjaToken> tokens = new ArrayList<>();
    private int at;
    private int line = 1;
    private int lineCountedTo;

    private JinjaLexer(String source) {
        this.source = source;
    }

    /**
     * Cuts {@code source} into tokens, the last one {@code END}.
     *
     * @throws JinjaException if a tag, comment or string is not closed, or a character is odd
     */
    static List<JinjaToken> tokens(String source) {
        String lines = source.replace("\r\n", "\n").replace('\r', '\n');
        if (lines.endsWith("\n")) {
            lines = lines.substring(0, lines.length() - 1);
        }
        JinjaLexer lexer = new JinjaLexer(lines);
        lexer.readAll();
        return lexer.tokens;
    }

    private void readAll() {
        while (at < source.length()) {
            int tag = nextTag();
            if (tag < 0) {
                add(JinjaToken.Kind.DATA, source.substring(at));
                at = source.length();
                break;
            }
            char sign = tag + 2 < source.length() ? source.charAt(tag + 2) : ' ';
            char kind = source.charAt(tag + 1);
            addData(at, tag, sign, kind != '{');
            at = tag;
            Matcher raw = RAW_BEGIN.matcher(source).region(tag, source.length());
            if (kind == '%' && raw.lookingAt()) {
                at = raw.end();
                readRaw();
                continue;
            }
            at = tag + (sign == '-' || sign == '+' ? 3 : 2);
            switch (kind) {
                case '#' -> skipComment();
                case '%' -> readTag(JinjaToken.Kind.BLOCK_BEGIN, JinjaToken.Kind.BLOCK_END, "%}");
                default ->
                        readTag(JinjaToken.Kind.VARIABLE_BEGIN, JinjaToken.Kind.VARIABLE_END, "}}");
            }
        }
        add(JinjaToken.Kind.END, "");
    }

    private int nextTag() {
        for (int i = source.indexOf('{', at); i >= 0; i = source.indexOf('{', i + 1)) {
            if (i + 1 < source.length() && "{%#".indexOf(source.charAt(i + 1)) >= 0) {
                return i;
            }
        }
        return -1;
    }

    private void addData(int start, int end, char sign, boolean block) {
        int kept = end;
        if (sign == '-') {
            while (kept > start && PythonText.isSpace(source.charAt(kept - 1))) {
                kept--;
            }
        } else if (block && sign != '+') {
            int lineStart = end;
            while (lineStart > start && source.charAt(lineStart - 1) != '\n') {
                lineStart--;
            }
            boolean startsLine = lineStart == 0 || source.charAt(lineStart - 1) == '\n';
            if (startsLine && isBlank(lineStart, end)) {
                kept = lineStart;
            }
        }
        if (kept > start) {
            add(JinjaToken.Kind.DATA, source.substring(start, kept));
        }
    }

    private boolean isBlank(int start, int end) {
        return source.substring(start, end).chars().allMatch(PythonText::isSpace);
    }

    private void readRaw() {
        Matcher end = RAW_END.matcher(source);
        if (!end.find(at)) {
            throw failure("{% raw %} is not closed");
        }
        String sign = end.group(1);
        addData(at, end.start(), sign.isEmpty() ? ' ' : sign.charAt(0), true);
        at = end.end();
    }

    private void skipComment() {
        int end = source.indexOf("#}", at);
        if (end < 0) {
            throw failure("a comment is not closed");
        }
        char sign = end > at ? source.charAt(end - 1) : ' ';
        at = end + 2;
        skipAfterTag(sign, true);
    }

    private void readTag(JinjaToken.Kind begin, JinjaToken.Kind end, String closing) {
        add(begin, "");
        Deque<Character> open = new ArrayDeque<>();
        while (true) {
            while (at < source.length() && PythonText.isSpace(source.charAt(at))) {
                at++;
            }
            if (at >= source.length()) {
                throw failure("a tag is not closed, expected '%s'".formatted(closing));
            }
            char sign = source.charAt(at);
            boolean signed =
                    (sign == '-' || (sign == '+' && closing.equals("%}")))
                            && source.startsWith(closing, at + 1);
            if (open.isEmpty() && (signed || source.startsWith(closing, at))) {
                add(end, "");
                at += signed ? 3 : 2;
                skipAfterTag(signed ? sign : ' ', closing.equals("%}"));
                return;
            }
            readToken(open);
        }
    }

    private void skipAfterTag(char sign, boolean block) {
        if (sign == '-') {
            while (at < source.length() && PythonText.isSpace(source.charAt(at))) {
                at++;
            }
        } else if (block && sign != '+' && at < source.length() && source.charAt(at) == '\n') {
            at++;
        }
    }

    private void readToken(Deque<Character> open) {
        char c = source.charAt(at);
        boolean afterDot = at > 0 && source.charAt(at - 1) == '.';
        if (!afterDot && take(FLOAT, JinjaToken.Kind.FLOAT)) {
            return;
        }
        if (take(INTEGER, JinjaToken.Kind.INTEGER)) {
            return;
        }
        if (Character.isUnicodeIdentifierStart(c) || c == '_') {
            int start = at;
            while (at < source.length() && Character.isUnicodeIdentifierPart(source.charAt(at))) {
                at++;
            }
            add(JinjaToken.Kind.NAME, source.substring(start, at));
            return;
        }
        if (c == '"' || c == '\'') {
            readString(c);
            return;
        }
        for (String operator : OPERATORS) {
            if (source.startsWith(operator, at)) {
                balance(operator.charAt(0), open);
                add(JinjaToken.Kind.OPERATOR, operator);
                at += operator.length();
                return;
            }
        }
        throw failure("unexpected character '%s'".formatted(c));
    }

    private boolean take(Pattern pattern, JinjaToken.Kind kind) {
        Matcher matcher = pattern.matcher(source).region(at, source.length());
        if (!matcher.lookingAt()) {
            return false;
        }
        add(kind, matcher.group().replace("_", ""));
        at = matcher.end();
        return true;
    }

    /** Inside brackets, a closing brace is not the end of the tag. */
    private void balance(char c, Deque<Character> open) {
        switch (c) {
            case '(' -> open.push(')');
            case '[' -> open.push(']');
            case '{' -> open.push('}');
            case ')', ']', '}' -> {
                if (open.isEmpty() || open.pop() != c) {
                    throw failure("unexpected '%s'".formatted(c));
                }
            }
            default -> {
                // Every other operator leaves the nesting alone.
            }
        }
    }

    private void readString(char quote) {
        int end = at + 1;
        while (end < source.length() && source.charAt(end) != quote) {
            end += source.charAt(end) == '\\' ? 2 : 1;
        }
        if (end >= source.length()) {
            throw failure("a string is not closed");
        }
        String body = source.substring(at + 1, end);
        try {
            add(JinjaToken.Kind.STRING, PythonText.unescape(body));
        } catch (IllegalArgumentException e) {
            throw failure("a string with a wrong escape: " + body);
        }
        at = end + 1;
    }

    private void add(JinjaToken.Kind kind, String text) {
        tokens.add(new JinjaToken(kind, text, line()));
    }

    private JinjaException failure(String problem) {
        return new JinjaException(line(), problem);
    }

    private int line() {
        for (; lineCountedTo < Math.min(at, source.length()); lineCountedTo++) {
            if (source.charAt(lineCountedTo) == '\n') {
                line++;
            }
        }
        return line;
    }
}
