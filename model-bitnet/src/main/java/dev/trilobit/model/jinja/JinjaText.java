package dev.trilobit.model.jinja;

import java.util.BitSet;
import java.util.Locale;

/**
 * A string in which each character is known to come from the template or from a user's message.
 * Immutable. Equality is that of the characters.
 */
public final class JinjaText {
    private static final BitSet NO_BITS = new BitSet(0);

    private final String string;
    private final BitSet users;

    private JinjaText(String string, BitSet users) {
        this.string = string;
        this.users = users;
    }

    static JinjaText trusted(String string) {
        return new JinjaText(string, NO_BITS);
    }

    /** Returns a string that a user wrote. */
    public static JinjaText user(String string) {
        BitSet users = new BitSet(string.length());
        users.set(0, string.length());
        return new JinjaText(string, users);
    }

    /** Takes over {@code users}. */
    static JinjaText of(String string, BitSet users) {
        return new JinjaText(string, users);
    }

    public String string() {
        return string;
    }

    int length() {
        return string.length();
    }

    /** Tells whether a user wrote any character of {@code [start, end)}. */
    public boolean hasUserText(int start, int end) {
        int next = users.nextSetBit(start);
        return next >= 0 && next < end;
    }

    /** Adds this string's marks for {@code [start, end)} to {@code target} from {@code at}. */
    void copyMarks(int start, int end, BitSet target, int at) {
        for (int from = users.nextSetBit(start); from >= 0 && from < end; ) {
            int to = Math.min(users.nextClearBit(from), end);
            target.set(at + from - start, at + to - start);
            from = users.nextSetBit(to);
        }
    }

    JinjaText substring(int start, int end) {
        if (start == 0 && end == string.length()) {
            return this;
        }
        BitSet marks = users.isEmpty() ? NO_BITS : users.get(start, Math.max(start, end));
        return new JinjaText(string.substring(start, end), marks);
    }

    JinjaText upper() {
        return mapped(string.toUpperCase(Locale.ROOT));
    }

    JinjaText lower() {
        return mapped(string.toLowerCase(Locale.ROOT));
    }

    /**
     * Returns {@code changed} with this string's marks. Where a character became several, nobody
     * knows which is whose: then all of it counts as a user's if any was.
     */
    JinjaText mapped(String changed) {
        if (changed.length() == string.length() || users.isEmpty()) {
            return new JinjaText(changed, users);
        }
        return user(changed);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof JinjaText text && text.string.equals(string);
    }

    @Override
    public int hashCode() {
        return string.hashCode();
    }

    @Override
    public String toString() {
        return string;
    }
}
