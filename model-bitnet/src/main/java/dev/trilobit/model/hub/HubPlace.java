package dev.trilobit.model.hub;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a model is on the hub, as people write it: {@code OWNER/NAME[@REVISION][:FILE]}.
 *
 * @param revision branch, tag or commit; empty if nothing was said
 * @param file what to take of the repository: a file, a folder, or a type such as {@code Q2_0};
 *     empty if that is to be chosen
 */
public record HubPlace(HubRepository repository, String revision, String file) {
    /** The branch that is meant where none is named. */
    public static final String DEFAULT_REVISION = "main";

    private static final Pattern FORM =
            Pattern.compile("([^/@:\\\\\\s]+)/([^/@:\\\\\\s]+)(?:@([^:\\s]+))?(?::(.+))?");

    public HubPlace {
        if (!revision.isEmpty()) {
            HubPath.require("revision", revision);
        }
    }

    /**
     * Reads a place.
     *
     * @throws IllegalArgumentException if it is none; the message says what was expected
     */
    public static HubPlace parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException(
                    "expected OWNER/NAME[@REVISION][:FILE], got '%s'".formatted(text));
        }
        return new HubPlace(
                new HubRepository(form.group(1), form.group(2)),
                Optional.ofNullable(form.group(3)).orElse(""),
                Optional.ofNullable(form.group(4)).orElse(""));
    }

    /** Reads a place if the text has the form of one. */
    public static Optional<HubPlace> find(String text) {
        try {
            return Optional.of(parse(text));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /** Returns the same place at a revision. */
    public HubPlace withRevision(String other) {
        return new HubPlace(repository, other, file);
    }

    /** Returns the revision, or the default one. */
    public String revisionOrDefault() {
        return revision.isEmpty() ? DEFAULT_REVISION : revision;
    }

    @Override
    public String toString() {
        return repository
                + (revision.isEmpty() ? "" : "@" + revision)
                + (file.isEmpty() ? "" : ":" + file);
    }
}
