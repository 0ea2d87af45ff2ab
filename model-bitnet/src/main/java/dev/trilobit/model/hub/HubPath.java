package dev.trilobit.model.hub;

import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Paths that a hub names: they must stay below the folder they are put into. */
final class HubPath {
    private static final String UNRESERVED =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

    private HubPath() {}

    /**
     * Returns {@code path} if each of its parts between slashes is a name.
     *
     * @param what for the message
     * @throws IllegalArgumentException if it is absolute, leads upwards, or has empty parts or
     *     control characters
     */
    static String require(String what, String path) {
        boolean names = !path.isEmpty();
        for (String part : path.split("/", -1)) {
            names &= !part.isEmpty() && !part.equals(".") && !part.equals("..");
        }
        if (!names || path.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(
                    "%s '%s' is refused: expected names between slashes that lead nowhere else"
                            .formatted(what, printable(path)));
        }
        return path;
    }

    /**
     * Returns where {@code path} lies below {@code folder} in this file system.
     *
     * @throws HubException if it would lie elsewhere, or this system has no such names
     */
    static Path below(Path folder, String path) {
        String[] parts = require("file", path).split("/", -1);
        Path result = folder;
        try {
            for (String part : parts) {
                Path name = Path.of(part);
                // On Windows a backslash or a colon inside a part leads elsewhere.
                if (name.isAbsolute() || name.getNameCount() != 1 || name.getRoot() != null) {
                    throw new HubException("file '%s' is no name here".formatted(printable(path)));
                }
                result = result.resolve(name);
            }
        } catch (InvalidPathException e) {
            throw new HubException("file '%s' is no name here".formatted(printable(path)), e);
        }
        return result;
    }

    /** Encodes one part of the path of a URI, slashes included. */
    static String encode(String part) {
        var encoded = new StringBuilder();
        for (byte b : part.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xFF);
            if (UNRESERVED.indexOf(c) >= 0) {
                encoded.append(c);
            } else {
                encoded.append('%').append("%02X".formatted((int) c));
            }
        }
        return encoded.toString();
    }

    /** Encodes a path of a URI, slashes kept. */
    static String encodePath(String path) {
        var encoded = new StringBuilder();
        for (String part : path.split("/", -1)) {
            encoded.append(encoded.isEmpty() ? "" : "/").append(encode(part));
        }
        return encoded.toString();
    }

    /** Returns text of others as it may be shown: one line, not too long, no control characters. */
    static String printable(String text) {
        String line = text.replaceAll("\\p{Cntrl}+", " ").strip();
        return line.length() <= 300 ? line : line.substring(0, 300) + "...";
    }
}
