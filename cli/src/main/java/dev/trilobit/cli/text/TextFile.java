package dev.trilobit.cli.text;

import dev.trilobit.cli.io.CommandFailedException;
import dev.trilobit.cli.io.StandardStreams;
import dev.trilobit.cli.io.UsageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Reads UTF-8 text that an option names. */
public final class TextFile {
    private static final String STANDARD_INPUT = "-";
    private static final int MOST_BYTES = 256 << 20;

    private TextFile() {}

    /**
     * Returns a whole text, as it is.
     *
     * @param option for messages
     * @param place a file, or {@code -} for standard input
     * @throws UsageException if there is no such file, it is empty, too large or not UTF-8
     * @throws CommandFailedException if it cannot be read
     */
    public static String read(String option, String place, StandardStreams streams) {
        String what =
                option
                        + ": "
                        + (place.equals(STANDARD_INPUT) ? "standard input" : "'" + place + "'");
        byte[] bytes = bytes(option, what, place, streams);
        if (bytes.length > MOST_BYTES) {
            throw new UsageException(
                    "%s has more than %d MiB; give a part of it".formatted(what, MOST_BYTES >> 20));
        }
        if (bytes.length == 0) {
            throw new UsageException(what + " is empty; give a text");
        }
        return decode(what, bytes);
    }

    private static byte[] bytes(String option, String what, String place, StandardStreams streams) {
        try {
            if (place.equals(STANDARD_INPUT)) {
                return streams.in().readNBytes(MOST_BYTES + 1);
            }
            Path file = Path.of(place);
            if (place.isBlank() || !Files.exists(file)) {
                throw new UsageException(
                        "%s: there is no file '%s'; give a text file, or - for standard input"
                                .formatted(option, place));
            }
            if (Files.isDirectory(file)) {
                throw new UsageException(what + " is a folder, expected a text file");
            }
            try (var in = Files.newInputStream(file)) {
                return in.readNBytes(MOST_BYTES + 1);
            }
        } catch (InvalidPathException e) {
            throw new UsageException(
                    "%s: '%s' is not a path: %s".formatted(option, place, e.getReason()), e);
        } catch (IOException e) {
            throw new CommandFailedException("%s cannot be read: %s".formatted(what, e), e);
        }
    }

    private static String decode(String what, byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length);
        CoderResult result = StandardCharsets.UTF_8.newDecoder().decode(in, out, true);
        if (result.isError()) {
            throw new UsageException(
                    "%s is not UTF-8 text: byte %d is 0x%02x (line %d)"
                            .formatted(
                                    what,
                                    in.position(),
                                    bytes[in.position()],
                                    lines(bytes, in.position()) + 1));
        }
        return out.flip().toString();
    }

    private static int lines(byte[] bytes, int end) {
        int lines = 0;
        for (int i = 0; i < end; i++) {
            if (bytes[i] == '\n') {
                lines++;
            }
        }
        return lines;
    }
}
