package dev.trilobit.model.hub;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Keeps two downloads of the same content apart, in this process and in others. As with
 * huggingface_hub, nothing breaks where a file system has no locks: what is published is complete
 * and checked; only work would be done twice. On Linux the two do not see each other's locks (POSIX
 * locks here, {@code flock} there), and they write to files of different names.
 */
final class CacheLock implements AutoCloseable {
    private static final long POLL_MILLIS = 100;

    private final FileChannel channel;

    private CacheLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Waits for the lock.
     *
     * @param waiting hears once if another has it
     */
    static CacheLock acquire(Path file, Consumer<String> waiting)
            throws IOException, InterruptedException {
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            boolean told = false;
            while (!isLocked(channel)) {
                if (!told) {
                    waiting.accept("another download of the same file goes on; waiting for it");
                    told = true;
                }
                Thread.sleep(POLL_MILLIS);
            }
            return new CacheLock(channel);
        } catch (InterruptedException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static boolean isLocked(FileChannel channel) {
        try {
            Optional<FileLock> lock = Optional.ofNullable(channel.tryLock());
            return lock.isPresent();
        } catch (OverlappingFileLockException _) {
            return false; // this process has it
        } catch (IOException _) {
            return true; // this file system has no locks
        }
    }

    /** Releases the lock. */
    @Override
    public void close() throws IOException {
        channel.close();
    }
}
