package dev.trilobit.model.text;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds added tokens in text: the longest match at the leftmost place, as the {@code tokenizers}
 * library does. Immutable.
 *
 * <p>They are matched in the text as it came, also those with {@code "normalized": true}: the
 * normalizers in use (none, NFC) do not change the ASCII of such tokens.
 */
final class AddedTokens {
    private final List<AddedToken> tokens;
    private final Map<Integer, AddedToken> byId = new HashMap<>();
    private final Map<Character, List<AddedToken>> byFirst = new HashMap<>();
    private final BitSet firsts = new BitSet();
    private final BitSet specials = new BitSet();

    AddedTokens(List<AddedToken> tokens) {
        this.tokens = List.copyOf(tokens);
        for (AddedToken token : this.tokens) {
            byId.put(token.id(), token);
            specials.set(token.id(), token.special());
            if (!token.content().isEmpty()) {
                firsts.set(token.content().charAt(0));
                byFirst.computeIfAbsent(token.content().charAt(0), first -> new ArrayList<>())
                        .add(token);
            }
        }
        Comparator<AddedToken> longestFirst =
                Comparator.comparingInt((AddedToken token) -> token.content().length()).reversed();
        byFirst.values().forEach(list -> list.sort(longestFirst));
    }

    /** Decides whether a match counts. */
    @FunctionalInterface
    interface Filter {
        /** Tells whether {@code token} may be taken at {@code [start, end)} of the text. */
        boolean accepts(AddedToken token, int start, int end);
    }

    /** A part of a text. */
    sealed interface Part permits Plain, Match {}

    /** Text without added tokens, never empty. */
    record Plain(String text) implements Part {}

    /** An added token. */
    record Match(AddedToken token) implements Part {}

    Optional<AddedToken> find(int id) {
        return Optional.ofNullable(byId.get(id));
    }

    Optional<AddedToken> find(String content) {
        return tokens.stream().filter(token -> token.content().equals(content)).findFirst();
    }

    boolean isSpecial(int id) {
        return id >= 0 && specials.get(id);
    }

    List<AddedToken> all() {
        return tokens;
    }

    /** Cuts {@code text} at the added tokens that {@code filter} accepts. */
    List<Part> split(String text, Filter filter) {
        List<Part> parts = new ArrayList<>();
        int done = 0;
        int at = 0;
        while (at < text.length()) {
            if (!firsts.get(text.charAt(at))) {
                at++;
                continue;
            }
            Optional<AddedToken> found = match(text, at, filter);
            if (found.isEmpty()) {
                at++;
                continue;
            }
            AddedToken token = found.get();
            int start = at;
            int end = at + token.content().length();
            at = end;
            while (token.stripLeft() && start > done && isSpace(text.charAt(start - 1))) {
                start--;
            }
            while (token.stripRight() && end < text.length() && isSpace(text.charAt(end))) {
                end++;
            }
            if (start > done) {
                parts.add(new Plain(text.substring(done, start)));
            }
            parts.add(new Match(token));
            done = end;
            at = end;
        }
        if (done < text.length()) {
            parts.add(new Plain(text.substring(done)));
        }
        return parts;
    }

    private Optional<AddedToken> match(String text, int at, Filter filter) {
        for (AddedToken token : byFirst.getOrDefault(text.charAt(at), List.of())) {
            int end = at + token.content().length();
            if (text.startsWith(token.content(), at)
                    && !(token.singleWord() && touchesWord(text, at, end))
                    && filter.accepts(token, at, end)) {
                return Optional.of(token);
            }
        }
        return Optional.empty();
    }

    private static boolean touchesWord(String text, int start, int end) {
        return (start > 0 && isWord(text.codePointBefore(start)))
                || (end < text.length() && isWord(text.codePointAt(end)));
    }

    private static boolean isWord(int codePoint) {
        return Character.isLetterOrDigit(codePoint)
                || Character.getType(codePoint) == Character.NON_SPACING_MARK
                || Character.getType(codePoint) == Character.CONNECTOR_PUNCTUATION;
    }

    private static boolean isSpace(char c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c);
    }
}
