package dev.trilobit.model.jinja;

import java.math.BigDecimal;

/** Python's views of characters, string literals and numbers. */
final class PythonText {
    private PythonText() {}

    /** {@code str.isspace} of one character. */
    static boolean isSpace(int c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == 0x85;
    }

    /**
     * Resolves the escapes of a string literal; unknown ones stay as they are.
     *
     * @throws IllegalArgumentException if an escape is cut short or out of range
     */
    static String unescape(String body) {
        if (body.indexOf('\\') < 0) {
            return body;
        }
        StringBuilder text = new StringBuilder();
        int at = 0;
        while (at < body.length()) {
            char c = body.charAt(at++);
            if (c != '\\' || at == body.length()) {
                text.append(c);
                continue;
            }
            char escape = body.charAt(at++);
            switch (escape) {
                case '\n' -> {
                    // An escaped line break is no character.
                }
                case 'n' -> text.append('\n');
                case 't' -> text.append('\t');
                case 'r' -> text.append('\r');
                case 'a' -> text.append('\u0007');
                case 'b' -> text.append('\b');
                case 'f' -> text.append('\f');
                case 'v' -> text.append('\u000b');
                case '\\', '\'', '"' -> text.append(escape);
                case 'x' -> at = appendHex(body, at, 2, text);
                case 'u' -> at = appendHex(body, at, 4, text);
                case 'U' -> at = appendHex(body, at, 8, text);
                default -> {
                    if (escape >= '0' && escape <= '7') {
                        int end = at;
                        while (end < body.length() && end < at + 2 && isOctal(body.charAt(end))) {
                            end++;
                        }
                        text.append((char) Integer.parseInt(body.substring(at - 1, end), 8));
                        at = end;
                    } else {
                        text.append('\\').append(escape);
                    }
                }
            }
        }
        return text.toString();
    }

    private static boolean isOctal(char c) {
        return c >= '0' && c <= '7';
    }

    private static int appendHex(String body, int at, int digits, StringBuilder text) {
        if (at + digits > body.length()) {
            throw new IllegalArgumentException("escape cut short");
        }
        text.appendCodePoint(Integer.parseUnsignedInt(body.substring(at, at + digits), 16));
        return at + digits;
    }

    /**
     * Parses the digits of an integer literal, with {@code 0x}, {@code 0o} or {@code 0b} in front.
     *
     * @throws NumberFormatException if it does not fit in 64 bits
     */
    static long integer(String digits) {
        if (digits.length() > 2 && !Character.isDigit(digits.charAt(1))) {
            int radix =
                    switch (digits.charAt(1)) {
                        case 'x', 'X' -> 16;
                        case 'o', 'O' -> 8;
                        default -> 2;
                    };
            return Long.parseLong(digits.substring(2), radix);
        }
        return Long.parseLong(digits);
    }

    /** {@code repr} of a float: the shortest digits, an exponent from 1e16 and below 1e-4. */
    static String repr(double value) {
        if (Double.isNaN(value)) {
            return "nan";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "inf" : "-inf";
        }
        if (value == 0) {
            return 1 / value < 0 ? "-0.0" : "0.0";
        }
        BigDecimal exact = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        int exponent = exact.precision() - exact.scale() - 1;
        if (exponent >= -4 && exponent < 16) {
            String plain = exact.toPlainString();
            return plain.indexOf('.') < 0 ? plain + ".0" : plain;
        }
        String digits = exact.unscaledValue().abs().toString();
        String mantissa =
                digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
        return "%s%se%s%02d"
                .formatted(
                        value < 0 ? "-" : "",
                        mantissa,
                        exponent < 0 ? "-" : "+",
                        Math.abs(exponent));
    }
}
