package dev.trilobit.model.text;

import java.nio.charset.StandardCharsets;

/**
 * What SentencePiece does to a text before it looks for pieces. Source: Normalizer::Normalize in
 * normalizer.cc of sentencepiece. Immutable.
 */
final class SentencePieceNormalizer {
    /** U+2581, which stands for a space in pieces. */
    static final char SPACE = '\u2581';

    private final Rules rules;
    private final CharacterMap characters;
    private final UserSymbols symbols;

    /**
     * The switches of a model.
     *
     * @param spaceInFront puts a space in front of a text, so that a word is the same piece there
     * @param collapseSpaces drops spaces at both ends and all but one of several
     * @param escapeSpaces writes U+2581 for a space
     */
    record Rules(boolean spaceInFront, boolean collapseSpaces, boolean escapeSpaces) {}

    SentencePieceNormalizer(Rules rules, CharacterMap characters, UserSymbols symbols) {
        this.rules = rules;
        this.characters = characters;
        this.symbols = symbols;
    }

    Rules rules() {
        return rules;
    }

    /**
     * Normalizes a text.
     *
     * @param mayPrefix whether the space in front, if the model wants one, is put there
     */
    String normalize(String text, boolean mayPrefix) {
        if (text.isEmpty()) {
            return "";
        }
        String space = String.valueOf(rules.escapeSpaces() ? SPACE : ' ');
        String prefix = mayPrefix && rules.spaceInFront() ? space : "";
        if (characters.isIdentity() && !rules.collapseSpaces()) {
            return prefix + text.replace(" ", space);
        }
        return collapsed(text, prefix, space);
    }

    private String collapsed(String text, String prefix, String space) {
        Steps steps = new Steps(text);
        StringBuilder out = new StringBuilder(text.length() + 16);
        boolean afterSpace = rules.collapseSpaces();
        boolean started = false;
        while (!steps.atEnd()) {
            String step = steps.next();
            if (!started && rules.collapseSpaces() && step.equals(" ")) {
                continue;
            }
            if (!started) {
                out.append(prefix);
                started = true;
            }
            int from = 0;
            while (afterSpace && from < step.length() && step.charAt(from) == ' ') {
                from++;
            }
            if (from < step.length()) {
                out.append(step.substring(from).replace(" ", space));
                afterSpace = rules.collapseSpaces() && step.endsWith(" ");
            }
        }
        if (rules.collapseSpaces()) {
            while (!out.isEmpty() && out.charAt(out.length() - 1) == space.charAt(0)) {
                out.setLength(out.length() - 1);
            }
        }
        return out.toString();
    }

    /** Goes through a text: a symbol of the user, an entry of the map, or a character at a time. */
    private final class Steps {
        private final String text;
        private final byte[] utf8;
        private int at;
        private int byteAt;

        Steps(String text) {
            this.text = text;
            this.utf8 = text.getBytes(StandardCharsets.UTF_8);
        }

        boolean atEnd() {
            return at == text.length();
        }

        String next() {
            int start = at;
            int symbol = symbols.lengthAt(text, at);
            if (symbol > 0) {
                at += symbol;
                byteAt += text.substring(start, at).getBytes(StandardCharsets.UTF_8).length;
                return text.substring(start, at);
            }
            CharacterMap.Match match = characters.longest(utf8, byteAt);
            int length = match.length() > 0 ? match.length() : utf8Length(text.codePointAt(at));
            byteAt += length;
            at += chars(byteAt - length);
            return match.length() > 0 ? match.replacement() : text.substring(start, at);
        }

        /** Counts the chars of the bytes from {@code from} to {@code byteAt}. */
        private int chars(int from) {
            int chars = 0;
            for (int i = from; i < byteAt; i++) {
                boolean begins = (utf8[i] & 0xC0) != 0x80;
                boolean pair = (utf8[i] & 0xF8) == 0xF0;
                chars += pair ? 2 : begins ? 1 : 0;
            }
            return chars;
        }
    }

    private static int utf8Length(int codePoint) {
        return codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
    }
}
