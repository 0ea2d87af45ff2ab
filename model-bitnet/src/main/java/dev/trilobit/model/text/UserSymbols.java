package dev.trilobit.model.text;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The pieces of a SentencePiece model that are matched as a whole. Immutable. */
final class UserSymbols {
    private final Map<Character, List<String>> byFirst = new HashMap<>();

    UserSymbols(List<String> symbols) {
        for (String symbol : symbols) {
            byFirst.computeIfAbsent(symbol.charAt(0), first -> new ArrayList<>()).add(symbol);
        }
        Comparator<String> longestFirst = Comparator.comparingInt(String::length).reversed();
        byFirst.values().forEach(list -> list.sort(longestFirst));
    }

    boolean isEmpty() {
        return byFirst.isEmpty();
    }

    /** Returns the length of the longest symbol at {@code text[at]}, 0 if none is there. */
    int lengthAt(String text, int at) {
        for (String symbol : byFirst.getOrDefault(text.charAt(at), List.of())) {
            if (text.startsWith(symbol, at)) {
                return symbol.length();
            }
        }
        return 0;
    }
}
