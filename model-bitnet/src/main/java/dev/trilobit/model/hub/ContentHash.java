package dev.trilobit.model.hub;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/** Compares a fetched file with the hash the hub names. */
final class ContentHash {
    private static final int BUFFER_BYTES = 1 << 20;

    private ContentHash() {}

    /**
     * Hashes the first bytes of a file, as many as {@code remote} has.
     *
     * @return what is wrong; empty if it is right, or the hub names no hash
     */
    static Optional<String> mismatch(FileChannel content, RemoteFile remote) throws IOException {
        boolean large = !remote.sha256().isEmpty();
        String expected = large ? remote.sha256() : remote.gitSha1();
        if (expected.isEmpty()) {
            return Optional.empty();
        }
        MessageDigest digest = digest(large ? "SHA-256" : "SHA-1");
        if (!large) {
            // git hashes a header too.
            digest.update(("blob " + remote.size() + "\0").getBytes(StandardCharsets.US_ASCII));
        }
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
        long position = 0;
        while (position < remote.size()) {
            buffer.clear().limit((int) Math.min(buffer.capacity(), remote.size() - position));
            int read = content.read(buffer, position);
            if (read < 0) {
                return Optional.of("has %d bytes, expected %d".formatted(position, remote.size()));
            }
            position += read;
            digest.update(buffer.flip());
        }
        String found = HexFormat.of().formatHex(digest.digest());
        return found.equals(expected)
                ? Optional.empty()
                : Optional.of(
                        "has %s %s, expected %s"
                                .formatted(large ? "sha256" : "git hash", found, expected));
    }

    private static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has " + algorithm, e);
        }
    }
}
