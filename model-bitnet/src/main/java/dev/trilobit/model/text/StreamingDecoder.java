package dev.trilobit.model.text;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Turns token ids into text as they come. A token may end inside a character: its bytes wait until
 * the character is whole. For one thread.
 *
 * <p>To continue a prompt whose last character or leading space matters, feed the prompt's ids
 * first and drop what they give.
 */
public final class StreamingDecoder {
    private static final int LONGEST_UTF8 = 4;

    private final Tokenizer tokenizer;
    private final CharsetDecoder utf8 =
            StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPLACE)
                    .onUnmappableCharacter(CodingErrorAction.REPLACE);
    private ByteBuffer pending = ByteBuffer.allocate(64);
    private int spacesToDrop;

    StreamingDecoder(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
        this.spacesToDrop = tokenizer.leadingSpaces();
    }

    /**
     * Takes the next token.
     *
     * @return the text that became complete, often empty; special tokens and ids beyond the
     *     vocabulary give none, bytes that can never become UTF-8 give U+FFFD
     * @throws IllegalArgumentException if {@code id} is negative
     */
    public String accept(int id) {
        byte[] bytes = tokenizer.bytes(id);
        if (bytes.length == 0) {
            return "";
        }
        if (pending.remaining() < bytes.length) {
            ByteBuffer larger = ByteBuffer.allocate(bytes.length + LONGEST_UTF8);
            pending = larger.put(pending.flip());
        }
        pending.put(bytes).flip();
        CharBuffer text = CharBuffer.allocate(pending.remaining());
        utf8.decode(pending, text, false);
        pending.compact();
        return withoutLeadingSpaces(text.flip().toString());
    }

    /**
     * Ends the text; afterwards this decoder is as new.
     *
     * @return U+FFFD if the last character never became complete, else nothing
     */
    public String flush() {
        pending.flip();
        CharBuffer text = CharBuffer.allocate(pending.remaining() + 1);
        utf8.decode(pending, text, true);
        utf8.flush(text);
        utf8.reset();
        pending.clear();
        String rest = withoutLeadingSpaces(text.flip().toString());
        spacesToDrop = tokenizer.leadingSpaces();
        return rest;
    }

    private String withoutLeadingSpaces(String text) {
        int start = 0;
        while (start < text.length() && spacesToDrop > 0) {
            if (text.charAt(start) == ' ') {
                start++;
                spacesToDrop--;
            } else {
                spacesToDrop = 0;
            }
        }
        return text.substring(start);
    }
}
