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
final class NativeTokenizer implements AutoCloseable {
    private static final TokenizersLibrary LIBRARY = TokenizersLibrary.LIB;

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

    /** Returns the ids of {@code text}; nothing is added in front or behind. */
    int[] encode(String text) {
        lock.readLock().lock();
        try {
            if (handle == 0) {
                throw new IllegalStateException(label + ": the tokenizer is closed");
            }
            long encoding = LIBRARY.encode(handle, text, false);
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
