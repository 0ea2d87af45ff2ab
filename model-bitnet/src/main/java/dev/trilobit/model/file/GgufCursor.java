package dev.trilobit.model.file;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads the header of a GGUF file from front to back. Whatever the file claims is held against the
 * bytes that are there before anything is allocated or skipped.
 */
final class GgufCursor {
    /** The longest key and the longest name of a tensor; ggml allows 65535 and 63. */
    static final int LONGEST_NAME = 65_535;

    private static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MemorySegment file;
    private final GgufProblems problems;
    private long position;

    GgufCursor(MemorySegment file, GgufProblems problems) {
        this.file = file;
        this.problems = problems;
    }

    /** Returns where the next byte lies in the file. */
    long position() {
        return position;
    }

    /** Returns the bytes that are left. */
    long remaining() {
        return file.byteSize() - position;
    }

    /** Returns the file from {@code start} to the position. */
    MemorySegment since(long start) {
        return file.asSlice(start, position - start);
    }

    /** Reads an unsigned 32-bit integer. */
    long uint32(String what) {
        require(Integer.BYTES, what);
        long value = Integer.toUnsignedLong(file.get(INT, position));
        position += Integer.BYTES;
        return value;
    }

    /** Reads 64 bits; as an unsigned integer they are negative from 2^63. */
    long int64(String what) {
        require(Long.BYTES, what);
        long value = file.get(LONG, position);
        position += Long.BYTES;
        return value;
    }

    /** Passes over {@code bytes}. */
    void skip(long bytes, String what) {
        require(bytes, what);
        position += bytes;
    }

    /** Passes over a string: its length in 64 bits and its bytes. */
    void skipString(String what) {
        long length = int64(what);
        if (length < 0 || length > remaining()) {
            throw tooLong(length, position - Long.BYTES, what);
        }
        position += length;
    }

    /** Passes over strings; a vocabulary has hundreds of thousands. */
    void skipStrings(long count, String what) {
        long at = position;
        long end = file.byteSize();
        for (long i = 0; i < count; i++) {
            long length = end - at < Long.BYTES ? -1 : file.get(LONG, at);
            if (length < 0 || length > end - at - Long.BYTES) {
                position = at;
                skipString(what); // fails, and says why
            }
            at += Long.BYTES + length;
        }
        position = at;
    }

    /** Reads a key or the name of a tensor. */
    String name(String what) {
        long at = position;
        long length = int64(what);
        if (length < 0 || length > LONGEST_NAME) {
            throw problems.fatal(
                    "%s at byte %d: expected a length of at most %d, got %s"
                            .formatted(what, at, LONGEST_NAME, Long.toUnsignedString(length)));
        }
        if (length > remaining()) {
            throw tooLong(length, at, what);
        }
        position += length;
        ByteBuffer bytes = file.asSlice(at + Long.BYTES, length).asByteBuffer();
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException _) {
            throw problems.fatal("%s at byte %d: expected UTF-8".formatted(what, at));
        }
    }

    /**
     * Reads a count of things that take {@code leastBytes} or more each, so that it can be trusted.
     */
    long count(long leastBytes, String what) {
        long at = position;
        long count = int64(what);
        if (count < 0 || count > remaining() / leastBytes) {
            throw problems.fatal(
                    "%s at byte %d: expected at most %d, for which the %d bytes that follow have room, got %s; is the file truncated?"
                            .formatted(
                                    what,
                                    at,
                                    remaining() / leastBytes,
                                    remaining(),
                                    Long.toUnsignedString(count)));
        }
        return count;
    }

    private void require(long bytes, String what) {
        if (bytes > remaining()) {
            throw problems.fatal(
                    "%s at byte %d: expected %d bytes, got the end of the file at byte %d; is it truncated?"
                            .formatted(what, position, bytes, file.byteSize()));
        }
    }

    private ModelFormatException tooLong(long length, long at, String what) {
        return problems.fatal(
                "%s at byte %d: expected a length of at most the %d bytes that follow, got %s; is the file truncated?"
                        .formatted(
                                what,
                                at,
                                file.byteSize() - at - Long.BYTES,
                                Long.toUnsignedString(length)));
    }
}
