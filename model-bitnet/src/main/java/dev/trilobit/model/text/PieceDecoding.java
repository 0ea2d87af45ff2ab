package dev.trilobit.model.text;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * How the pieces of a vocabulary become bytes of UTF-8 (the {@code decoder} of tokenizer.json).
 *
 * @param byteLevel each character of a piece is one byte in GPT-2's printable alphabet
 * @param byteFallback a piece {@code <0xE2>} is that byte (SentencePiece)
 * @param replacements literal replacements in each piece, such as U+2581 to a space
 * @param leadingSpaces most spaces dropped at the start of the text
 */
record PieceDecoding(
        boolean byteLevel,
        boolean byteFallback,
        List<Replacement> replacements,
        int leadingSpaces) {
    private static final byte[] NO_BYTES = {};
    private static final int FALLBACK_LENGTH = "<0xE2>".length();
    private static final int[] BYTE_OF = byteLevelAlphabet();

    /** One literal replacement. */
    record Replacement(String from, String to) {}

    PieceDecoding {
        replacements = List.copyOf(replacements);
    }

    /** Returns the bytes of one piece of the vocabulary. */
    byte[] bytes(String piece) {
        if (piece.isEmpty()) {
            return NO_BYTES;
        }
        if (byteLevel) {
            return byteLevelBytes(piece);
        }
        if (byteFallback && isByte(piece)) {
            return HexFormat.of().parseHex(piece, 3, 5);
        }
        String text = piece;
        for (Replacement replacement : replacements) {
            text = text.replace(replacement.from(), replacement.to());
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static boolean isByte(String piece) {
        return piece.length() == FALLBACK_LENGTH
                && piece.startsWith("<0x")
                && piece.endsWith(">")
                && HexFormat.isHexDigit(piece.charAt(3))
                && HexFormat.isHexDigit(piece.charAt(4));
    }

    /** A piece with a character outside the alphabet stands for itself. */
    private static byte[] byteLevelBytes(String piece) {
        byte[] bytes = new byte[piece.length()];
        for (int i = 0; i < bytes.length; i++) {
            char c = piece.charAt(i);
            int value = c < BYTE_OF.length ? BYTE_OF[c] : -1;
            if (value < 0) {
                return piece.getBytes(StandardCharsets.UTF_8);
            }
            bytes[i] = (byte) value;
        }
        return bytes;
    }

    /**
     * GPT-2's {@code bytes_to_unicode}: printable Latin-1 bytes are themselves, the others are
     * numbered from U+0100 in order.
     */
    private static int[] byteLevelAlphabet() {
        int[] byteOf = new int[512];
        Arrays.fill(byteOf, -1);
        int next = 0x100;
        for (int b = 0; b < 256; b++) {
            boolean printable =
                    (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || (b >= 0xAE && b <= 0xFF);
            byteOf[printable ? b : next++] = b;
        }
        return byteOf;
    }
}
