package dev.trilobit.model.text;

import ai.djl.huggingface.tokenizers.jni.LibUtils;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import dev.trilobit.model.file.ModelFormatException;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Owns one tokenizer of the {@code tokenizers} library. Safe for use by several threads.
 *
 * <p>It calls the library's binding and not DJL's {@code HuggingFaceTokenizer}: that class cuts at
 * 512 tokens unless told otherwise, copies seven arrays for each text, and calls home on EC2.
 */
final class NativeTokenizer implements PieceEncoder {
    private static final TokenizersLibrary LIBRARY = TokenizersLibrary.LIB;

    /**
     * The usual expressions look for a line break behind all whitespace and go back one by one; the
     * library ends the process after ten million steps back.
     */
    private static final int LONGEST_GAP = 5_000_000;

    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private final String label;
    private long handle;

    private NativeTokenizer(String label, long handle) {
        this.label = label;
        this.handle = handle;
    }

    /**
     * Opens a tokenizer.
     *
     * @throws ModelFormatException if the library refuses {@code json}
     * @throws IllegalStateException if the library does not run on this machine
     */
    static NativeTokenizer open(String json, String label) {
        try {
            LibUtils.checkStatus();
        } catch (RuntimeException | LinkageError e) {
            throw new IllegalStateException(
                    "the tokenizer library cannot be loaded on %s %s"
                            .formatted(
                                    System.getProperty("os.name"), System.getProperty("os.arch")),
                    e);
        }
        long handle;
        try {
            handle = LIBRARY.createTokenizerFromString(json);
        } catch (RuntimeException e) {
            throw new ModelFormatException(
                    label, "the tokenizer library refuses it: " + e.getMessage(), e);
        }
        LIBRARY.disableTruncation(handle);
        LIBRARY.disablePadding(handle);
        return new NativeTokenizer(label, handle);
    }

    /** The place does not count: what is put in front of a text is part of the library's file. */
    @Override
    public int[] encode(String text, Place place) {
        requireShortGaps(text);
        lock.readLock().lock();
        try {
            if (handle == 0) {
                throw new IllegalStateException(label + ": the tokenizer is closed");
            }
            long encoding = encode(text);
            try {
                long[] wide = LIBRARY.getTokenIds(encoding);
                int[] ids = new int[wide.length];
                for (int i = 0; i < ids.length; i++) {
                    ids[i] = Math.toIntExact(wide[i]);
                }
                return ids;
            } finally {
                LIBRARY.deleteEncoding(encoding);
            }
        } finally {
            lock.readLock().unlock();
        }
    }

    private static void requireShortGaps(String text) {
        int run = 0;
        for (int i = 0; i < text.length(); i++) {
            run = Character.isWhitespace(text.charAt(i)) ? run + 1 : 0;
            if (run > LONGEST_GAP) {
                throw new IllegalArgumentException(
                        "text: expected at most %d whitespace characters in a row"
                                .formatted(LONGEST_GAP));
            }
        }
    }

    /** Some vocabularies are found wrong only by a text, such as one that needs a missing piece. */
    private long encode(String text) {
        try {
            return LIBRARY.encode(handle, text, false);
        } catch (RuntimeException e) {
            throw new ModelFormatException(
                    label, "the tokenizer library cannot encode a text: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            if (handle != 0) {
                LIBRARY.deleteTokenizer(handle);
                handle = 0;
            }
        } finally {
            lock.writeLock().unlock();
        }
    }
}
