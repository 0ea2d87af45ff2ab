package dev.trilobit.model.text;

import dev.trilobit.model.file.ModelFormatException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The character replacements of a SentencePiece model ({@code precompiled_charsmap}), such as NFKC:
 * the longest entry that fits is taken. Immutable.
 *
 * <p>Layout, little-endian: the bytes of a trie as uint32; the trie, a double array of uint32 units
 * (Darts-clone); then the replacements, each UTF-8 and ended by a zero byte, to which the trie's
 * values point. Sources: normalizer.cc of sentencepiece, darts.h of Darts-clone. The bytes are not
 * trusted: every step through the trie is held against its size.
 */
final class CharacterMap {
    private static final int LABEL = 0x8000_00FF;

    private final int[] units;
    private final byte[] replacements;
    private final String label;

    private CharacterMap(int[] units, byte[] replacements, String label) {
        this.units = units;
        this.replacements = replacements;
        this.label = label;
    }

    /** Maps every character to itself. */
    static CharacterMap identity() {
        return new CharacterMap(new int[0], new byte[0], "");
    }

    /** Returns the bytes that {@link #read} reads. */
    byte[] bytes() {
        if (units.length == 0) {
            return new byte[0];
        }
        int trie = units.length * Integer.BYTES;
        ByteBuffer blob =
                ByteBuffer.allocate(Integer.BYTES + trie + replacements.length)
                        .order(ByteOrder.LITTLE_ENDIAN);
        blob.putInt(trie);
        for (int unit : units) {
            blob.putInt(unit);
        }
        return blob.put(replacements).array();
    }

    /**
     * Reads a map; no bytes are the identity.
     *
     * @param label the file's name in messages
     * @throws ModelFormatException if the sizes in it do not fit
     */
    static CharacterMap read(MemorySegment blob, String label) {
        if (blob.byteSize() == 0) {
            return identity();
        }
        ValueLayout.OfInt uint32 =
                ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
        long left = blob.byteSize() - Integer.BYTES;
        long trie = left < 0 ? 0 : Integer.toUnsignedLong(blob.get(uint32, 0));
        if (trie == 0 || trie % Integer.BYTES != 0 || trie > left) {
            throw new ModelFormatException(
                    label,
                    "precompiled_charsmap: its %d bytes cannot hold a trie of %d"
                            .formatted(blob.byteSize(), trie));
        }
        int[] units = blob.asSlice(Integer.BYTES, trie).toArray(uint32);
        byte[] replacements = blob.asSlice(Integer.BYTES + trie).toArray(ValueLayout.JAVA_BYTE);
        return new CharacterMap(units, replacements, label);
    }

    boolean isIdentity() {
        return units.length == 0;
    }

    /** A replacement of the first {@code length} bytes of a text. */
    record Match(int length, String replacement) {}

    /**
     * Looks for the longest entry at {@code utf8[start]}.
     *
     * @return a match of length 0 if there is none
     * @throws ModelFormatException if the trie points outside of the map
     */
    Match longest(byte[] utf8, int start) {
        int length = 0;
        int value = -1;
        if (!isIdentity()) {
            int node = offset(unit(0));
            for (int at = start; at < utf8.length; at++) {
                int b = Byte.toUnsignedInt(utf8[at]);
                node ^= b;
                // A label may be missing because the array ends there.
                if (node >= units.length || (units[node] & LABEL) != b) {
                    break;
                }
                int unit = units[node];
                node ^= offset(unit);
                // An entry that ended inside of a character would be a hostile one.
                if ((unit >>> 8 & 1) == 1 && isBoundary(utf8, at + 1)) {
                    length = at + 1 - start;
                    value = unit(node) & 0x7FFF_FFFF;
                }
            }
        }
        return new Match(length, length == 0 ? "" : replacement(value));
    }

    private static boolean isBoundary(byte[] utf8, int at) {
        return at == utf8.length || (utf8[at] & 0xC0) != 0x80;
    }

    private int unit(int node) {
        if (node < 0 || node >= units.length) {
            throw new ModelFormatException(
                    label,
                    "precompiled_charsmap: its trie has %d units and points to unit %d"
                            .formatted(units.length, node));
        }
        return units[node];
    }

    private static int offset(int unit) {
        return unit >>> 10 << ((unit & 1 << 9) >>> 6);
    }

    private String replacement(int start) {
        int end = start;
        while (end < replacements.length && replacements[end] != 0) {
            end++;
        }
        if (end >= replacements.length) {
            throw new ModelFormatException(
                    label,
                    "precompiled_charsmap: a replacement at byte %d of %d has no end"
                            .formatted(start, replacements.length));
        }
        return new String(replacements, start, end - start, StandardCharsets.UTF_8);
    }
}
