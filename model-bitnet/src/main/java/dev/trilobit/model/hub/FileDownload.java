package dev.trilobit.model.hub;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/** Fetches one file into the cache: resumes, checks and publishes its blob. */
final class FileDownload {
    private static final long REPORT_EVERY_MILLIS = 100;

    /** Others that clean the cache look for the last part of this name. */
    private static final String PART_SUFFIX = ".trilobit.incomplete";

    private final HubTransport transport;
    private final TransferSettings settings;
    private final RemoteFile remote;
    private final PieceFetch.Locator locator;
    private final PullProgress progress;

    FileDownload(
            HubTransport transport,
            TransferSettings settings,
            RemoteFile remote,
            PieceFetch.Locator locator,
            PullProgress progress) {
        this.transport = transport;
        this.settings = settings;
        this.remote = remote;
        this.locator = locator;
        this.progress = progress;
    }

    /** Returns where a content is kept until it is complete. */
    static Path part(Path blob) {
        return blob.resolveSibling(blob.getFileName() + PART_SUFFIX);
    }

    /**
     * Fetches the file unless another has done so by the time the lock is free.
     *
     * @param blob where its content goes
     * @param lock file that others lock for this content
     * @param done hears how many of its bytes are there, from this thread
     * @return whether bytes were fetched
     * @throws HubException if it cannot be had, or is not what the hub said
     */
    boolean run(Path blob, Path lock, LongConsumer done) throws IOException, InterruptedException {
        try (CacheLock _ = CacheLock.acquire(lock, progress::waiting)) {
            if (HubCache.isFile(blob, remote.size())) {
                done.accept(remote.size());
                return false;
            }
            Path path = part(blob);
            Outcome outcome = fetch(path, done);
            if (!outcome.isRight() && outcome.resumed()) {
                // What an earlier attempt left may have been wrong; once more without it.
                Files.delete(path);
                outcome = fetch(path, done);
            }
            if (!outcome.isRight()) {
                Files.delete(path);
                throw new HubException(
                        "%s: what came is not what the hub announced: it %s; nothing of it is kept, try again"
                                .formatted(remote.file().path(), outcome.mismatch()));
            }
            HubCache.replace(path, blob);
            return true;
        }
    }

    /**
     * What came of an attempt.
     *
     * @param resumed whether a part of it was there before
     * @param mismatch what is wrong with the content; empty if it is right
     */
    private record Outcome(boolean resumed, String mismatch) {
        boolean isRight() {
            return mismatch.isEmpty();
        }
    }

    /** A way to fetch what a part lacks. */
    @FunctionalInterface
    private interface Way {
        void fetch(PieceFetch pieces, PartialFile part) throws IOException, InterruptedException;
    }

    private Outcome fetch(Path path, LongConsumer done) throws IOException, InterruptedException {
        try {
            return fetch(path, (pieces, part) -> fetchPieces(pieces, part, done));
        } catch (NoRangesException _) {
            // The part is opened anew: the end of the other tasks may have closed its channel.
            return fetch(
                    path,
                    (pieces, part) ->
                            await(List.of(pieces::whole), () -> done.accept(part.doneBytes())));
        }
    }

    private Outcome fetch(Path path, Way way) throws IOException, InterruptedException {
        try (PartialFile part = PartialFile.open(path, remote.size(), settings.pieceBytes())) {
            way.fetch(
                    new PieceFetch(transport, settings, remote, locator, part, progress::waiting),
                    part);
            Optional<String> mismatch = part.mismatch(remote);
            if (mismatch.isEmpty()) {
                part.finish();
            }
            return new Outcome(part.resumed(), mismatch.orElse(""));
        }
    }

    private void fetchPieces(PieceFetch pieces, PartialFile part, LongConsumer done)
            throws IOException, InterruptedException {
        var missing = new ArrayList<Task>();
        for (int i = 0; i < part.pieces(); i++) {
            int piece = i;
            if (part.done(piece) < part.length(piece)) {
                missing.add(() -> pieces.piece(piece));
            }
        }
        await(missing, () -> done.accept(part.doneBytes()));
    }

    /** A part of the work. */
    @FunctionalInterface
    private interface Task {
        void run() throws IOException, InterruptedException;
    }

    /** Does the tasks, several at once; when one fails, the others end before this throws. */
    private void await(List<Task> tasks, Runnable report) throws IOException, InterruptedException {
        int threads = Math.clamp(tasks.size(), 1, settings.connections());
        ExecutorService executor =
                Executors.newFixedThreadPool(threads, Thread.ofVirtual().factory());
        try {
            CompletionService<Void> running = new ExecutorCompletionService<>(executor);
            for (Task task : tasks) {
                running.submit(
                        () -> {
                            task.run();
                            return null;
                        });
            }
            int left = tasks.size();
            while (left > 0) {
                Optional<Future<Void>> over =
                        Optional.ofNullable(
                                running.poll(REPORT_EVERY_MILLIS, TimeUnit.MILLISECONDS));
                report.run();
                if (over.isPresent()) {
                    over.get().get();
                    left--;
                }
            }
        } catch (ExecutionException e) {
            throw thrownBy(e);
        } finally {
            executor.shutdownNow();
            executor.close();
        }
    }

    /** Throws what a task threw. */
    private static RuntimeException thrownBy(ExecutionException task)
            throws IOException, InterruptedException {
        switch (task.getCause()) {
            case IOException problem -> throw problem;
            case InterruptedException problem -> throw problem;
            case RuntimeException problem -> throw problem;
            case null, default -> throw new IllegalStateException(task);
        }
    }
}
