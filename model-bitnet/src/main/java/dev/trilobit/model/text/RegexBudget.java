package dev.trilobit.model.text;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tells whether a regular expression of a tokenizer.json may go to Oniguruma, the engine inside the
 * {@code tokenizers} library. The library ends the process where the engine gives up: on ten
 * million steps back in one match, and on nesting that takes all of the stack. So there is a limit
 * to the ways in which an expression can match the same text, with room above those that tokenizers
 * have; what repeats a group of several ways is refused, because its ways multiply with the text.
 *
 * <p>Source: Oniguruma {@code doc/RE} and {@code ONIG_OPTION_DEFAULT}, retry limits in {@code
 * regexec.c}.
 */
final class RegexBudget {
    private static final int LONGEST = 10_000;
    private static final int DEEPEST = 50;

    /** Repetitions without end in one branch: each multiplies the ways by the length of a word. */
    private static final int MOST_ENDLESS = 2;

    /** The other ways of one branch: options, alternatives, repetitions with an end. */
    private static final long MOST_WAYS = 64;

    private static final String PLAIN_GROUPS = ":=!>";
    private static final Pattern BRACES = Pattern.compile("\\{(\\d{1,6}(,\\d{0,6})?|,\\d{1,6})}");
    private static final Pattern NAMED_CLASS = Pattern.compile(":\\^?[a-z]{1,10}:]");

    /** Letters and digits behind a backslash that stand for one character or none. */
    private static final String ESCAPES = "0nrtfvaewWdDsShHpPxuobBAZzG";

    /** Those that stand for none. */
    private static final String PLACES = "bBAZzG";

    private final String regex;
    private final Deque<Group> outer = new ArrayDeque<>();
    private Group group = new Group(false);
    private int at;

    private RegexBudget(String regex) {
        this.regex = regex;
    }

    /** Ways of the branches of a group, of which the last is open. */
    private static final class Group {
        private int endless;
        private long ways = 1;
        private boolean takes;
        private int mostEndless;
        private long allWays;
        private boolean allTake = true;
        private final boolean looks;

        Group(boolean looks) {
            this.looks = looks;
        }

        void add(int moreEndless, long factor, boolean takesMore) {
            endless += moreEndless;
            ways = Math.min(ways * factor, Integer.MAX_VALUE);
            takes |= takesMore;
        }

        void endBranch() {
            mostEndless = Math.max(mostEndless, endless);
            allWays = Math.min(allWays + ways, Integer.MAX_VALUE);
            allTake &= takes;
            endless = 0;
            ways = 1;
            takes = false;
        }
    }

    /** What stands behind an element: how often it repeats, and whether at least once. */
    private record Repetition(boolean endless, long ways, boolean once, boolean least) {
        static final Repetition NONE = new Repetition(false, 1, true, true);

        Repetition optional() {
            return new Repetition(endless, 2 * ways, once, false);
        }
    }

    /** What is wrong with an expression. */
    private static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1;

        RefusedException(String problem) {
            super(problem, null, false, false);
        }

        String problem() {
            return String.valueOf(getMessage());
        }
    }

    /** Says why {@code regex} is refused; empty if it may be used, or is none at all. */
    static Optional<String> problem(String regex) {
        try {
            new RegexBudget(regex).read();
            return Optional.empty();
        } catch (RefusedException e) {
            return Optional.of(e.problem());
        }
    }

    /** Does the same for one whose matches are replaced, none of which may be empty. */
    static Optional<String> problemOfReplaced(String regex) {
        try {
            RegexBudget budget = new RegexBudget(regex);
            budget.read();
            budget.group.endBranch();
            return budget.group.allTake ? Optional.empty() : Optional.of("can match nothing");
        } catch (RefusedException e) {
            return Optional.of(e.problem());
        }
    }

    private void read() throws RefusedException {
        if (regex.length() > LONGEST) {
            throw new RefusedException("is longer than %d characters".formatted(LONGEST));
        }
        while (at < regex.length()) {
            char c = regex.charAt(at++);
            switch (c) {
                case '(' -> open();
                case ')' -> close();
                case '|' -> {
                    check();
                    group.endBranch();
                }
                case '[' -> {
                    passClass();
                    repeat(0, 1, true);
                }
                case '\\' -> repeat(0, 1, passEscape());
                default -> repeat(0, 1, c != '^' && c != '$');
            }
        }
        check();
    }

    private void check() throws RefusedException {
        if (group.endless > MOST_ENDLESS || group.ways > MOST_WAYS) {
            throw new RefusedException("can match the same text in too many ways");
        }
    }

    private void open() throws RefusedException {
        if (outer.size() >= DEEPEST) {
            throw new RefusedException("nests deeper than %d groups".formatted(DEEPEST));
        }
        boolean looks = false;
        if (at < regex.length() && regex.charAt(at) == '?') {
            at++;
            int start = at;
            passKind();
            looks = "=!".indexOf(regex.charAt(at - 1)) >= 0 || regex.charAt(start) == '<';
        } else if (at < regex.length() && regex.charAt(at) == '*') {
            throw new RefusedException("has a callout");
        }
        outer.push(group);
        group = new Group(looks);
    }

    /** Passes over what stands behind {@code (?}. */
    private void passKind() throws RefusedException {
        int start = at;
        if (at < regex.length() && regex.charAt(at) == '<') {
            at++;
        }
        if (at < regex.length() && PLAIN_GROUPS.indexOf(regex.charAt(at)) >= 0) {
            at++;
            return;
        }
        while (at < regex.length() && "im-".indexOf(regex.charAt(at)) >= 0) {
            at++;
        }
        boolean flags = at > start && at < regex.length() && regex.charAt(start) != '<';
        if (flags && regex.charAt(at) == ':') {
            at++;
        } else if (!flags || regex.charAt(at) != ')') {
            throw new RefusedException("has a group of a kind that is not supported");
        }
    }

    private void close() throws RefusedException {
        if (outer.isEmpty()) {
            return; // no expression; the library says so
        }
        check();
        group.endBranch();
        Group inner = group;
        group = outer.pop();
        repeat(inner.mostEndless, inner.allWays, inner.allTake && !inner.looks);
    }

    /** Takes the repetition behind an element that itself can match in several ways. */
    private void repeat(int endless, long ways, boolean takes) throws RefusedException {
        Repetition repetition = repetition();
        if (!repetition.once() && (endless > 0 || ways > 1)) {
            throw new RefusedException("repeats a group that can match in several ways");
        }
        group.add(
                endless + (repetition.endless() ? 1 : 0),
                ways * repetition.ways(),
                takes && repetition.least());
    }

    private Repetition repetition() throws RefusedException {
        int start = at;
        Repetition found = repetitionAt();
        if (at == start) {
            return found;
        }
        boolean braces = regex.charAt(at - 1) == '}';
        if (at < regex.length() && regex.charAt(at) == '?') {
            at++;
            // Behind {n} this makes the whole optional.
            found = braces ? found.optional() : found;
        } else if (at < regex.length() && regex.charAt(at) == '+' && !braces) {
            at++;
        }
        int end = at;
        repetitionAt();
        if (at != end) {
            throw new RefusedException("repeats a repetition");
        }
        return found;
    }

    /** Stays where it is if there is none. */
    private Repetition repetitionAt() {
        char c = at < regex.length() ? regex.charAt(at) : ' ';
        return switch (c) {
            case '*', '+' -> {
                at++;
                yield new Repetition(true, 1, false, c == '+');
            }
            case '?' -> {
                at++;
                yield new Repetition(false, 2, true, false);
            }
            case '{' -> braces();
            default -> Repetition.NONE;
        };
    }

    /** Reads {@code {n}}, {@code {n,}}, {@code {,m}} or {@code {n,m}}; others are plain text. */
    private Repetition braces() {
        Matcher braces = BRACES.matcher(regex).region(at, regex.length());
        if (!braces.lookingAt()) {
            return Repetition.NONE;
        }
        String inside = regex.substring(at + 1, braces.end() - 1);
        at = braces.end();
        int comma = inside.indexOf(',');
        if (comma < 0) {
            int times = Integer.parseInt(inside);
            return new Repetition(false, 1, times <= 1, times > 0);
        }
        int least = comma == 0 ? 0 : Integer.parseInt(inside.substring(0, comma));
        if (comma == inside.length() - 1) {
            return new Repetition(true, 1, false, least > 0);
        }
        int most = Integer.parseInt(inside.substring(comma + 1));
        return new Repetition(
                false,
                Math.abs((long) most - least) + 1,
                most <= 1 && least <= 1,
                Math.min(most, least) > 0);
    }

    /** Passes over a class of characters, in which others may lie. */
    private void passClass() throws RefusedException {
        int depth = 1;
        while (at < regex.length() && depth > 0) {
            char c = regex.charAt(at++);
            if (c == '\\') {
                passEscape();
            } else if (c == '[') {
                passInnerClass(++depth);
            } else if (c == ']') {
                depth--;
            }
        }
    }

    private void passInnerClass(int depth) throws RefusedException {
        if (depth > DEEPEST) {
            throw new RefusedException("nests deeper than %d classes".formatted(DEEPEST));
        }
        boolean named = at < regex.length() && regex.charAt(at) == ':';
        // Else the engine takes the bracket for a plain character, and the class ends elsewhere.
        if (named && !NAMED_CLASS.matcher(regex).region(at, regex.length()).lookingAt()) {
            throw new RefusedException("has a class of an unknown name");
        }
    }

    /** Passes over what stands behind a backslash; tells whether it stands for a character. */
    private boolean passEscape() throws RefusedException {
        if (at >= regex.length()) {
            return false;
        }
        char c = regex.charAt(at++);
        if (Character.isLetterOrDigit(c) && ESCAPES.indexOf(c) < 0) {
            throw new RefusedException("has an escape \\%c that is not supported".formatted(c));
        }
        if ("pPxuo".indexOf(c) >= 0 && at < regex.length() && regex.charAt(at) == '{') {
            int end = regex.indexOf('}', at);
            at = end < 0 ? regex.length() : end + 1;
        }
        return PLACES.indexOf(c) < 0;
    }
}
