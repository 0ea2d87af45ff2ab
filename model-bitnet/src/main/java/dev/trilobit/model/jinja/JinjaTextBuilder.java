package dev.trilobit.model.jinja;

import java.util.BitSet;

/** Builds a {@link JinjaText}, within what a rendering may make. */
final class JinjaTextBuilder {
    private final JinjaRun run;
    private final StringBuilder string = new StringBuilder();
    private final BitSet users = new BitSet();

    JinjaTextBuilder(JinjaRun run) {
        this.run = run;
    }

    JinjaTextBuilder append(String trusted) {
        run.characters(trusted.length());
        string.append(trusted);
        return this;
    }

    JinjaTextBuilder append(JinjaText text) {
        return append(text, 0, text.length());
    }

    JinjaTextBuilder append(JinjaText text, int start, int end) {
        run.characters(end - start);
        text.copyMarks(start, end, users, string.length());
        string.append(text.string(), start, end);
        return this;
    }

    /** Appends {@code escaped}, which stands for the characters of {@code text} there. */
    JinjaTextBuilder appendInstead(String escaped, JinjaText text, int start, int end) {
        run.characters(escaped.length());
        if (text.hasUserText(start, end)) {
            users.set(string.length(), string.length() + escaped.length());
        }
        string.append(escaped);
        return this;
    }

    int length() {
        return string.length();
    }

    JinjaText build() {
        return JinjaText.of(string.toString(), (BitSet) users.clone());
    }

    JinjaValue.Text value() {
        return new JinjaValue.Text(build());
    }
}
