package dev.trilobit.model.hub;

import java.util.regex.Pattern;

/**
 * A file of a repository, as the hub lists it.
 *
 * @param path names between slashes; checked, so that it stays below the folder it is put into
 * @param size in bytes; -1 if the hub did not say
 * @param gitSha1 hash of the git blob (of a small file: its content), 40 hexadecimal digits; empty
 *     if the hub did not say
 * @param sha256 of a large file's content, 64 hexadecimal digits; empty for others
 */
public record HubFile(String path, long size, String gitSha1, String sha256) {
    private static final Pattern SHA1 = Pattern.compile("([0-9a-f]{40})?");
    private static final Pattern SHA256 = Pattern.compile("([0-9a-f]{64})?");

    public HubFile {
        HubPath.require("file", path);
        if (size < -1 || !SHA1.matcher(gitSha1).matches() || !SHA256.matcher(sha256).matches()) {
            throw new IllegalArgumentException(
                    "file '%s': expected a size and hashes, got %d, '%s' and '%s'"
                            .formatted(
                                    path,
                                    size,
                                    HubPath.printable(gitSha1),
                                    HubPath.printable(sha256)));
        }
    }

    /** Makes a file of which only path and size are known. */
    public static HubFile ofSize(String path, long size) {
        return new HubFile(path, size, "", "");
    }

    /** Returns this file with a size that was learned later. */
    HubFile withSize(long bytes) {
        return new HubFile(path, bytes, gitSha1, sha256);
    }

    /** Returns the last name of the path. */
    public String name() {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** Returns the folder it lies in, with a slash at its end; empty for the root. */
    public String folder() {
        return path.substring(0, path.lastIndexOf('/') + 1);
    }
}
