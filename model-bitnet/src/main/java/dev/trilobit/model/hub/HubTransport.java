package dev.trilobit.model.hub;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Sends single requests. The token goes to the hub alone: redirects are followed here and not by
 * the HTTP client, which would take it along. A request without progress is ended: the client has
 * no time limit for bodies.
 */
final class HubTransport implements AutoCloseable {
    private static final int MOST_REDIRECTS = 5;
    private static final Duration LOOK_EVERY = Duration.ofMillis(250);

    /** Listings of the largest repositories are a few MB. */
    private static final long LARGEST_TEXT = 64L << 20;

    private final Origin hub;
    private final Optional<String> authorization;
    private final Function<URI, Optional<String>> proxyAuthorization;
    private final Duration stallTimeout;
    private final HttpClient client;

    HubTransport(HubEnvironment environment, TransferSettings settings) {
        hub = Origin.of(environment.endpoint());
        authorization = environment.token().map(token -> "Bearer " + token);
        stallTimeout = settings.stallTimeout();
        proxyAuthorization = environment::proxyAuthorization;
        // With HTTP/2 all ranges would share one connection, and its speed.
        client =
                HttpClient.newBuilder()
                        .version(Version.HTTP_1_1)
                        .followRedirects(Redirect.NEVER)
                        .connectTimeout(settings.connectTimeout())
                        .proxy(environment.proxies())
                        .build();
    }

    /** Tells whether requests to the hub carry a token. */
    boolean hasToken() {
        return authorization.isPresent();
    }

    /** Gets a text, of the hub or of where it redirects to. */
    HttpResponse<String> get(URI uri) throws IOException, InterruptedException {
        return follow(
                HttpRequest.newBuilder(uri).GET(),
                uri,
                BodyHandlers.limiting(BodyHandlers.ofString(), LARGEST_TEXT),
                () -> 0);
    }

    /**
     * Asks about a file. A redirect to another host is not followed: the hub's own answer has the
     * facts, and where the bytes are is its {@code Location}.
     */
    HttpResponse<Void> head(URI uri) throws IOException, InterruptedException {
        URI at = uri;
        for (int i = 0; i <= MOST_REDIRECTS; i++) {
            HttpResponse<Void> response =
                    send(HttpRequest.newBuilder(at).HEAD(), at, BodyHandlers.discarding(), () -> 0);
            Optional<URI> target = redirect(response);
            if (target.isEmpty() || !Origin.of(target.get()).equals(hub)) {
                return response;
            }
            at = target.get();
        }
        throw tooMany(uri);
    }

    /**
     * Gets bytes of a file.
     *
     * @param last of the wanted bytes, itself included
     * @param progress grows while bytes arrive
     */
    <T> HttpResponse<T> range(
            URI uri, long first, long last, BodyHandler<T> handler, LongSupplier progress)
            throws IOException, InterruptedException {
        var request =
                HttpRequest.newBuilder(uri)
                        .GET()
                        .header("Range", "bytes=%d-%d".formatted(first, last));
        return follow(request, uri, handler, progress);
    }

    /** Gets a whole file; for servers without ranges. */
    <T> HttpResponse<T> whole(URI uri, BodyHandler<T> handler, LongSupplier progress)
            throws IOException, InterruptedException {
        return follow(HttpRequest.newBuilder(uri).GET(), uri, handler, progress);
    }

    private <T> HttpResponse<T> follow(
            HttpRequest.Builder request, URI uri, BodyHandler<T> handler, LongSupplier progress)
            throws IOException, InterruptedException {
        URI at = uri;
        for (int i = 0; i <= MOST_REDIRECTS; i++) {
            HttpResponse<T> response = send(request, at, handler, progress);
            Optional<URI> target = redirect(response);
            if (target.isEmpty()) {
                return response;
            }
            at = target.get();
        }
        throw tooMany(uri);
    }

    private static HubException tooMany(URI uri) {
        return new HubException(
                "%s: more than %d redirects".formatted(uri.getHost(), MOST_REDIRECTS));
    }

    /** Returns where a response leads to, if it leads elsewhere. */
    static Optional<URI> redirect(HttpResponse<?> response) {
        Optional<String> location = response.headers().firstValue("Location");
        if (response.statusCode() / 100 != 3 || location.isEmpty()) {
            return Optional.empty();
        }
        URI from = response.uri();
        URI target;
        try {
            target = from.resolve(location.get());
        } catch (IllegalArgumentException e) {
            throw new HubException(from.getHost() + " redirects to what is no address", e);
        }
        boolean weaker =
                from.getScheme().equals("https") && !Origin.of(target).scheme().equals("https");
        if (!Origin.isWeb(target) || weaker) {
            throw new HubException(
                    "%s redirects to %s://%s, which is not followed"
                            .formatted(from.getHost(), target.getScheme(), target.getHost()));
        }
        return Optional.of(target);
    }

    /** Sends one request; its headers are those of the builder and, to the hub, the token. */
    private <T> HttpResponse<T> send(
            HttpRequest.Builder request, URI uri, BodyHandler<T> handler, LongSupplier progress)
            throws IOException, InterruptedException {
        HttpRequest.Builder own =
                request.copy()
                        .uri(uri)
                        .header("User-Agent", "trilobit; java/" + Runtime.version().feature())
                        .header("Accept-Encoding", "identity");
        proxyAuthorization.apply(uri).ifPresent(it -> own.header("Proxy-Authorization", it));
        if (Origin.of(uri).equals(hub)) {
            authorization.ifPresent(value -> own.header("Authorization", value));
        }
        return await(client.sendAsync(own.build(), handler), uri, progress);
    }

    private <T> HttpResponse<T> await(
            CompletableFuture<HttpResponse<T>> answer, URI uri, LongSupplier progress)
            throws IOException, InterruptedException {
        long look = Math.min(LOOK_EVERY.toNanos(), stallTimeout.toNanos());
        long seen = progress.getAsLong();
        long since = System.nanoTime();
        try {
            while (true) {
                try {
                    return answer.get(look, TimeUnit.NANOSECONDS);
                } catch (TimeoutException _) {
                    long now = progress.getAsLong();
                    if (now != seen) {
                        seen = now;
                        since = System.nanoTime();
                    } else if (System.nanoTime() - since > stallTimeout.toNanos()) {
                        throw new HttpTimeoutException(
                                "%s sent nothing for %.1f s"
                                        .formatted(uri.getHost(), stallTimeout.toMillis() / 1e3));
                    }
                }
            }
        } catch (ExecutionException e) {
            throw unwrapped(uri, e);
        } finally {
            answer.cancel(true); // ends the exchange unless it is over
        }
    }

    private static IOException unwrapped(URI uri, ExecutionException e) {
        return switch (e.getCause()) {
            case ConnectException problem ->
                    new IOException(
                            uri.getHost()
                                    + " cannot be reached; is there a network, or is https_proxy needed?",
                            problem);
            case IOException problem ->
                    new IOException(uri.getHost() + ": " + Backoff.describe(problem), problem);
            case RuntimeException problem -> throw problem;
            case null, default -> throw new IllegalStateException(e);
        };
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
