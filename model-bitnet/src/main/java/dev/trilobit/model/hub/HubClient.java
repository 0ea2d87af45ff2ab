package dev.trilobit.model.hub;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Asks a hub and fetches files from it into the cache. The protocol is that of Hugging Face's hub:
 * {@code /api/models/OWNER/NAME/revision/REVISION} and {@code /OWNER/NAME/resolve/COMMIT/PATH},
 * with the headers {@code X-Repo-Commit}, {@code X-Linked-Etag} and {@code X-Linked-Size}. For use
 * by one thread.
 */
public final class HubClient implements AutoCloseable {
    /** Whoever has no network learns it soon; later on a network may come back. */
    private static final int FIRST_ATTEMPTS = 3;

    private final URI endpoint;
    private final TransferSettings settings;
    private final HubTransport transport;
    private final HubAnswers answers;
    private final HubCache cache;

    private HubClient(HubEnvironment environment, TransferSettings settings) {
        this.endpoint = environment.endpoint();
        this.settings = settings;
        transport = new HubTransport(environment, settings);
        answers = new HubAnswers(endpoint, transport.hasToken());
        cache = new HubCache(environment);
    }

    /**
     * Makes a client; nothing is sent yet.
     *
     * @throws HubException if the environment does not make sense, or forbids the network
     */
    public static HubClient open(HubEnvironment environment, TransferSettings settings) {
        if (environment.offline()) {
            throw new HubException(
                    "HF_HUB_OFFLINE is set, so that nothing can be fetched; unset it to go on");
        }
        return new HubClient(environment, settings);
    }

    /**
     * Lists a repository.
     *
     * @param revision branch, tag or commit
     * @param waiting hears why it takes long, one line each time
     * @throws HubException if there is none, access is denied, or the hub cannot be reached
     */
    public HubListing list(HubRepository repository, String revision, Consumer<String> waiting) {
        URI uri =
                URI.create(
                        "%s/api/models/%s/revision/%s?blobs=true"
                                .formatted(endpoint, repository, HubPath.encode(revision)));
        return ListingReader.read(
                repository, revision, text(uri, repository, revision, "", waiting));
    }

    /**
     * Returns the content of a small text file without keeping it.
     *
     * @throws HubException if it cannot be had
     */
    public String text(HubListing listing, HubFile file, Consumer<String> waiting) {
        return text(
                resolve(listing, file),
                listing.repository(),
                listing.revision(),
                file.path(),
                waiting);
    }

    private String text(
            URI uri,
            HubRepository repository,
            String revision,
            String file,
            Consumer<String> waiting) {
        try {
            HttpResponse<String> response =
                    patiently(
                            new Backoff(
                                    repository.toString(),
                                    settings.withAttemptsUpTo(FIRST_ATTEMPTS),
                                    waiting),
                            () -> transport.get(uri));
            requireOk(response, repository, revision, file);
            return response.body();
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /**
     * Fetches files into the cache. They appear there together, when all of them are complete and
     * checked; what was fetched before that is kept and not fetched again.
     *
     * @param files of {@code listing}
     * @throws HubException if a file cannot be had, is not what the hub announced, or does not fit
     */
    public PulledFiles pull(HubListing listing, List<HubFile> files, PullProgress progress) {
        try {
            cache.prepare(listing.repository());
            var remotes = new ArrayList<RemoteFile>();
            var sized = new ArrayList<HubFile>();
            long before = 0;
            for (HubFile file : files) {
                long size;
                if (cache.has(listing, file)) {
                    size = file.size();
                    before += size;
                } else {
                    RemoteFile remote = locate(listing, file, progress::waiting);
                    remotes.add(remote);
                    size = remote.size();
                }
                sized.add(file.withSize(size));
            }
            long total = before + remotes.stream().mapToLong(RemoteFile::size).sum();
            requireSpace(listing, remotes);
            var fetched = new ArrayList<HubFile>();
            for (RemoteFile remote : remotes) {
                if (fetch(listing, remote, before, total, progress)) {
                    fetched.add(remote.file().withSize(remote.size()));
                }
                before += remote.size();
            }
            for (RemoteFile remote : remotes) {
                cache.publish(listing, remote);
            }
            cache.keep(listing);
            Path snapshot = cache.snapshot(listing.repository(), listing.commit());
            return new PulledFiles(snapshot, sized, fetched, total);
        } catch (IOException e) {
            throw new HubException(
                    "%s cannot be written: %s".formatted(cache.folder(listing.repository()), e), e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private boolean fetch(
            HubListing listing, RemoteFile remote, long before, long total, PullProgress progress)
            throws IOException, InterruptedException {
        String path = remote.file().path();
        progress.report(before, total, path);
        PieceFetch.Locator again = () -> same(remote, listing, progress::waiting);
        var download = new FileDownload(transport, settings, remote, again, progress);
        return download.run(
                cache.blob(listing.repository(), remote.etag()),
                cache.lockFile(listing.repository(), remote.etag()),
                done -> progress.report(before + done, total, path));
    }

    private void requireSpace(HubListing listing, List<RemoteFile> remotes) throws IOException {
        long missing = 0;
        for (RemoteFile remote : remotes) {
            Path blob = cache.blob(listing.repository(), remote.etag());
            if (!HubCache.isFile(blob, remote.size())) {
                missing += remote.size() - PartialFile.doneBytes(FileDownload.part(blob), remote);
            }
        }
        long free = cache.freeBytes();
        if (missing > free) {
            throw new HubException(
                    "%s: %d bytes are to be fetched and %d are free on the disk of %s; make room, or set HF_HOME to a folder on a larger disk"
                            .formatted(
                                    listing.repository(),
                                    missing,
                                    free,
                                    cache.folder(listing.repository())));
        }
    }

    private RemoteFile locate(HubListing listing, HubFile file, Consumer<String> waiting)
            throws InterruptedException {
        URI uri = resolve(listing, file);
        HttpResponse<Void> response =
                patiently(new Backoff(file.path(), settings, waiting), () -> transport.head(uri));
        if (response.statusCode() / 100 != 3) {
            if (response.statusCode() == 404) {
                keepMissing(listing, file);
            }
            requireOk(response, listing.repository(), listing.revision(), file.path());
        }
        HttpHeaders headers = response.headers();
        String commit = headers.firstValue("X-Repo-Commit").orElse(listing.commit());
        if (!commit.equals(listing.commit())) {
            throw new HubException(
                    "%s: asked for commit %s, got '%s'"
                            .formatted(file.path(), listing.commit(), HubPath.printable(commit)));
        }
        String etag =
                headers.firstValue("X-Linked-Etag").or(() -> headers.firstValue("ETag")).orElse("");
        URI location = HubTransport.redirect(response).orElse(response.uri());
        return new RemoteFile(file, RemoteFile.normalized(etag), size(response, file), location);
    }

    private static long size(HttpResponse<?> response, HubFile file) {
        // The length of a redirect is that of its own page.
        long own =
                response.statusCode() == 200
                        ? response.headers().firstValueAsLong("Content-Length").orElse(file.size())
                        : file.size();
        long size = response.headers().firstValueAsLong("X-Linked-Size").orElse(own);
        if (file.size() >= 0 && size != file.size()) {
            throw new HubException(
                    "%s: the hub lists it with %d bytes and offers %d; nothing of it is used"
                            .formatted(file.path(), file.size(), size));
        }
        return size;
    }

    /** Finds a file again, after its address has become invalid. */
    private RemoteFile same(RemoteFile known, HubListing listing, Consumer<String> waiting)
            throws InterruptedException {
        RemoteFile found = locate(listing, known.file(), waiting);
        if (!found.etag().equals(known.etag()) || found.size() != known.size()) {
            throw new HubException(
                    "%s changed on the hub while it was fetched; try again"
                            .formatted(known.file().path()));
        }
        return found;
    }

    private void keepMissing(HubListing listing, HubFile file) {
        try {
            cache.markMissing(listing.repository(), listing.commit(), file.path());
        } catch (IOException _) {
            // Only spares others a question.
        }
    }

    private URI resolve(HubListing listing, HubFile file) {
        return URI.create(
                "%s/%s/resolve/%s/%s"
                        .formatted(
                                endpoint,
                                listing.repository(),
                                listing.commit(),
                                HubPath.encodePath(file.path())));
    }

    private void requireOk(
            HttpResponse<?> response, HubRepository repository, String revision, String file) {
        if (response.statusCode() != 200) {
            throw answers.refusal(
                    repository, revision, file, response.statusCode(), response.headers());
        }
    }

    @FunctionalInterface
    private interface Attempt<T> {
        HttpResponse<T> send() throws IOException, InterruptedException;
    }

    private static <T> HttpResponse<T> patiently(Backoff backoff, Attempt<T> attempt)
            throws InterruptedException {
        while (true) {
            try {
                HttpResponse<T> response = attempt.send();
                if (!BusyException.isBusy(response.statusCode())) {
                    return response;
                }
                backoff.pause(
                        new BusyException(
                                response.uri().getHost(),
                                response.statusCode(),
                                response.headers()));
            } catch (IOException e) {
                backoff.pause(e);
            }
        }
    }

    private static HubException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new HubException("interrupted; what was fetched is kept", e);
    }

    /** Ends all connections. Idempotent. */
    @Override
    public void close() {
        transport.close();
    }
}
