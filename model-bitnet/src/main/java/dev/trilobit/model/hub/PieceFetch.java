package dev.trilobit.model.hub;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscribers;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Fetches pieces of one file, each as often as it takes. Safe for use by several threads. */
final class PieceFetch {
    /** Finds out anew where a file is: addresses outside the hub stop being valid. */
    @FunctionalInterface
    interface Locator {
        RemoteFile locate() throws InterruptedException;
    }

    private static final Set<Integer> EXPIRED = Set.of(400, 401, 403, 404, 410);

    private final HubTransport transport;
    private final TransferSettings settings;
    private final PartialFile part;
    private final AtomicReference<RemoteFile> remote;
    private final Locator locator;
    private final Consumer<String> waiting;

    PieceFetch(
            HubTransport transport,
            TransferSettings settings,
            RemoteFile remote,
            Locator locator,
            PartialFile part,
            Consumer<String> waiting) {
        this.transport = transport;
        this.settings = settings;
        this.part = part;
        this.remote = new AtomicReference<>(remote);
        this.locator = locator;
        this.waiting = waiting;
    }

    /**
     * Fetches what a piece lacks.
     *
     * @throws HubException if that does not work out
     * @throws NoRangesException if the server sends whole files only
     */
    void piece(int piece) throws NoRangesException, InterruptedException {
        untilDone(
                () -> part.done(piece),
                part.length(piece),
                () -> {
                    long first = part.start(piece) + part.done(piece);
                    long last = part.start(piece) + part.length(piece) - 1;
                    URI uri = remote.get().location();
                    var body = new PieceBody(data -> part.append(piece, data));
                    try {
                        return transport.range(
                                uri, first, last, ranged(body, first), () -> part.done(piece));
                    } finally {
                        body.stop();
                        part.record(piece);
                    }
                });
    }

    /** Fetches the whole file by one request, from its start each time. */
    void whole() throws InterruptedException {
        try {
            untilDone(
                    part::doneBytes,
                    remote.get().size(),
                    () -> {
                        part.reset();
                        var body = new PieceBody(part::append);
                        try {
                            return transport.whole(
                                    remote.get().location(), unranged(body), part::doneBytes);
                        } finally {
                            body.stop();
                        }
                    });
        } catch (NoRangesException e) {
            throw new IllegalStateException("ranges were not asked for", e);
        }
    }

    @FunctionalInterface
    private interface Request {
        HttpResponse<Void> send() throws IOException, InterruptedException;
    }

    private void untilDone(LongSupplier done, long wanted, Request request)
            throws NoRangesException, InterruptedException {
        String what = remote.get().file().path();
        var backoff = new Backoff(what, settings, waiting);
        boolean located = false;
        while (done.getAsLong() < wanted) {
            long before = done.getAsLong();
            try {
                HttpResponse<Void> response = request.send();
                if (response.statusCode() / 100 == 2) {
                    if (done.getAsLong() < wanted && done.getAsLong() <= before) {
                        throw new IOException("the answer was empty");
                    }
                } else if (EXPIRED.contains(response.statusCode()) && !located) {
                    remote.set(locator.locate());
                    located = true;
                    continue;
                } else {
                    throw refused(response);
                }
            } catch (NoRangesException e) {
                throw e;
            } catch (IOException e) {
                if (e.getCause() instanceof NoRangesException noRanges) {
                    throw noRanges;
                }
                if (done.getAsLong() > before) {
                    backoff.reset();
                }
                backoff.pause(e);
            }
            located = false;
        }
    }

    private IOException refused(HttpResponse<?> response) {
        String host = response.uri().getHost();
        if (BusyException.isBusy(response.statusCode())) {
            return new BusyException(host, response.statusCode(), response.headers());
        }
        throw new HubException(
                "%s: %s answered %d"
                        .formatted(remote.get().file().path(), host, response.statusCode()));
    }

    private BodyHandler<Void> ranged(PieceBody body, long first) {
        return info ->
                switch (info.statusCode()) {
                    case 206 -> {
                        try {
                            RangeAnswer.require(remote.get(), first, info.headers());
                        } catch (IOException | HubException e) {
                            body.refuse(e);
                        }
                        yield body;
                    }
                    case 200 -> {
                        body.refuse(new NoRangesException(remote.get().location().getHost()));
                        yield body;
                    }
                    default -> BodySubscribers.discarding();
                };
    }

    private BodyHandler<Void> unranged(PieceBody body) {
        return info -> {
            if (info.statusCode() != 200) {
                return BodySubscribers.discarding();
            }
            try {
                RangeAnswer.requireWhole(remote.get(), info.headers());
            } catch (HubException e) {
                body.refuse(e);
            }
            return body;
        };
    }
}
