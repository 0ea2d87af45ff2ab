package dev.trilobit.model.file;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Reads one GGUF file: {@code GGUF}, a version, the counts of tensors and of keys, the keys with
 * their values, the entries of the tensors, and from the next multiple of the alignment the data.
 * Source: ggml docs, gguf.md.
 *
 * @param label the file, for messages
 * @param metadata its keys
 * @param tensors its tensors by name, in the order of the file
 */
record GgufPart(String label, GgufMetadata metadata, Map<String, StoredTensor> tensors) {
    static final String MAGIC = "GGUF";

    static final String ALIGNMENT = "general.alignment";
    private static final long STANDARD_ALIGNMENT = 32;
    private static final long LEAST_KEY_BYTES = Long.BYTES + Integer.BYTES + 1;

    /** Bounds what is kept on the heap for a file made of nothing but short keys. */
    private static final long MOST_KEYS = 65_536;

    /** Likewise; the largest models have some ten thousand tensors. */
    private static final long MOST_TENSORS = 131_072;

    GgufPart {
        tensors = Collections.unmodifiableMap(tensors);
    }

    /**
     * Reads and checks the header; the data are not touched.
     *
     * @param label for messages
     * @throws ModelFormatException naming everything that is wrong
     */
    static GgufPart read(String label, MemorySegment file) {
        var problems = new GgufProblems(label);
        var cursor = new GgufCursor(file, problems);
        checkMagic(cursor, problems, file);
        checkVersion(cursor, problems);
        long tensorCount =
                count(cursor, problems, MOST_TENSORS, GgufTensorInfo.LEAST_BYTES, "tensors");
        long keyCount = count(cursor, problems, MOST_KEYS, LEAST_KEY_BYTES, "keys");
        GgufMetadata metadata = readKeys(cursor, problems, keyCount);
        var infos = new ArrayList<GgufTensorInfo>();
        for (long i = 0; i < tensorCount; i++) {
            infos.add(GgufTensorInfo.read(cursor, problems));
        }
        long alignment = alignment(metadata, problems);
        var tensors =
                new GgufTensors(file, aligned(cursor.position(), alignment), alignment, problems);
        return new GgufPart(label, metadata, tensors.place(infos));
    }

    /** Returns {@code position} rounded up to a multiple of {@code alignment}, a power of two. */
    static long aligned(long position, long alignment) {
        return position + alignment - 1 & -alignment;
    }

    /** Returns whether a file starts as a GGUF file does. */
    static boolean hasMagic(MemorySegment file) {
        byte[] magic = MAGIC.getBytes(StandardCharsets.US_ASCII);
        return file.byteSize() >= magic.length
                && file.asSlice(0, magic.length).mismatch(MemorySegment.ofArray(magic)) == -1;
    }

    /** Returns what the key of the alignment says, or the standard; not checked. */
    static long alignment(GgufMetadata metadata) {
        return metadata.integer(ALIGNMENT).orElse(STANDARD_ALIGNMENT);
    }

    private static void checkMagic(GgufCursor cursor, GgufProblems problems, MemorySegment file) {
        if (!hasMagic(file)) {
            byte[] got =
                    file.asSlice(0, Math.min(MAGIC.length(), file.byteSize()))
                            .toArray(ValueLayout.JAVA_BYTE);
            throw problems.fatal(
                    "expected %s at byte 0, got %s; is this a GGUF file?"
                            .formatted(MAGIC, Arrays.toString(got)));
        }
        cursor.skip(MAGIC.length(), "the magic");
    }

    private static void checkVersion(GgufCursor cursor, GgufProblems problems) {
        int version = (int) cursor.uint32("the version");
        if (version != 0 && (version & 0xffff) == 0) {
            throw problems.fatal(
                    "the version at byte 4: expected 2 or 3, got %d with its bytes reversed: this is a big-endian file; use a little-endian one (gguf-py's gguf_convert_endian makes it)"
                            .formatted(Integer.reverseBytes(version)));
        }
        if (version == 1) {
            throw problems.fatal(
                    "the version at byte 4: expected 2 or 3, got 1, of August 2023; convert the model again");
        }
        if (version != 2 && version != 3) {
            throw problems.fatal(
                    "the version at byte 4: expected 2 or 3, got "
                            + Integer.toUnsignedString(version));
        }
    }

    private static long count(
            GgufCursor cursor, GgufProblems problems, long most, long leastBytes, String what) {
        long at = cursor.position();
        long count = cursor.count(leastBytes, "the number of " + what);
        if (count > most) {
            throw problems.fatal(
                    "the number of %s at byte %d: expected at most %d, got %d"
                            .formatted(what, at, most, count));
        }
        return count;
    }

    private static GgufMetadata readKeys(GgufCursor cursor, GgufProblems problems, long count) {
        var values = new LinkedHashMap<String, MetadataValue>();
        for (long i = 0; i < count; i++) {
            long at = cursor.position();
            String key = cursor.name("a key");
            MetadataValue value = MetadataValue.read(cursor, problems, "key " + key);
            MetadataValue other = values.putIfAbsent(key, value);
            if (other != null) {
                problems.add(
                        "key %s at byte %d: expected once, got it with a value at byte %d too"
                                .formatted(key, at, other.byteOffset()));
            }
        }
        return new GgufMetadata(problems.label(), values);
    }

    private static long alignment(GgufMetadata metadata, GgufProblems problems) {
        long value;
        try {
            value = alignment(metadata);
        } catch (ModelFormatException e) {
            problems.throwIfAny();
            throw e;
        }
        if (value <= 0 || value > 1L << 31 || Long.bitCount(value) != 1) {
            throw problems.fatal(
                    "key %s: expected a power of two up to 2^31, got %d"
                            .formatted(ALIGNMENT, value));
        }
        return value;
    }
}
