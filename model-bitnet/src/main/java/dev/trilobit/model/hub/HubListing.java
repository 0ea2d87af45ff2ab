package dev.trilobit.model.hub;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The files of a repository at one commit.
 *
 * @param revision what was asked for: branch, tag or commit
 * @param commit 40 hexadecimal digits
 */
public record HubListing(
        HubRepository repository, String revision, String commit, List<HubFile> files) {
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");

    public HubListing {
        files = List.copyOf(files);
        if (!isCommit(commit)) {
            throw new IllegalArgumentException(
                    "%s: expected a commit of 40 hexadecimal digits, got '%s'"
                            .formatted(repository, HubPath.printable(commit)));
        }
    }

    /** Tells whether a revision is a whole commit hash, which never changes its meaning. */
    public static boolean isCommit(String revision) {
        return COMMIT.matcher(revision).matches();
    }

    /** Finds a file by its path. */
    public Optional<HubFile> find(String path) {
        return files.stream().filter(file -> file.path().equals(path)).findFirst();
    }
}
