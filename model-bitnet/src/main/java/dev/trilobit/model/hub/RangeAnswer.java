package dev.trilobit.model.hub;

import java.io.IOException;
import java.net.http.HttpHeaders;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Checks that a server sends the bytes that were asked for. */
final class RangeAnswer {
    private static final Pattern CONTENT_RANGE =
            Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(\\d{1,18}|\\*)");

    private RangeAnswer() {}

    /**
     * Checks the headers of a response with status 206.
     *
     * @param first byte that was asked for
     * @throws HubException if the file has another size than the hub said
     * @throws IOException if it is another range
     */
    static void require(RemoteFile remote, long first, HttpHeaders headers) throws IOException {
        String range = headers.firstValue("Content-Range").orElse("");
        Matcher matcher = CONTENT_RANGE.matcher(range);
        if (!matcher.matches() || Long.parseLong(matcher.group(1)) != first) {
            throw new IOException(
                    "asked for bytes from %d, got Content-Range '%s'"
                            .formatted(first, HubPath.printable(range)));
        }
        if (!matcher.group(3).equals("*")) {
            requireSize(remote, Long.parseLong(matcher.group(3)));
        }
    }

    /**
     * Checks the headers of a response with status 200.
     *
     * @throws HubException if the file has another size than the hub said
     */
    static void requireWhole(RemoteFile remote, HttpHeaders headers) {
        headers.firstValueAsLong("Content-Length").ifPresent(size -> requireSize(remote, size));
    }

    private static void requireSize(RemoteFile remote, long size) {
        if (size != remote.size()) {
            throw new HubException(
                    "%s: the hub says it has %d bytes, %s sends %d; nothing of it is used"
                            .formatted(
                                    remote.file().path(),
                                    remote.size(),
                                    remote.location().getHost(),
                                    size));
        }
    }
}
