package dev.trilobit.model.hub;

import java.net.URI;
import java.util.regex.Pattern;

/**
 * A file and where its bytes are.
 *
 * @param file as it is listed
 * @param etag what the hub calls this content; the name of its blob in the cache
 * @param size in bytes
 * @param location of the bytes: the hub or another host
 */
record RemoteFile(HubFile file, String etag, long size, URI location) {
    private static final Pattern ETAG = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}");
    private static final Pattern SHA1 = Pattern.compile("[0-9a-f]{40}");
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    RemoteFile {
        if (!ETAG.matcher(etag).matches() || size < 0) {
            throw new HubException(
                    "%s: the hub must tell its ETag and its size, got '%s' and %d"
                            .formatted(file.path(), HubPath.printable(etag), size));
        }
    }

    /** Removes the quotes, and the mark of a weak tag, as huggingface_hub does. */
    static String normalized(String etag) {
        return etag.replaceFirst("^[W/]+", "").replaceAll("^\"+|\"+$", "");
    }

    /** Returns what its content must hash to, 64 hexadecimal digits; empty if nobody knows. */
    String sha256() {
        return file.sha256().isEmpty() && SHA256.matcher(etag).matches() ? etag : file.sha256();
    }

    /**
     * Returns what its content must hash to as a git blob; empty if nobody knows. Of a large file
     * git has only a pointer.
     */
    String gitSha1() {
        if (!sha256().isEmpty()) {
            return "";
        }
        return SHA1.matcher(etag).matches() ? etag : file.gitSha1();
    }
}
