package dev.trilobit.model.hub;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.json.JsonMapper;

/**
 * A hub on this machine: the part of the protocol that downloads use, with a second server on
 * another port in the place of the store that large files are redirected to. It does wrong what it
 * is told to.
 */
final class FakeHub implements AutoCloseable {
    static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
    static final String OWNER_NAME = "some/model";

    /** One request as it came; the authorization is empty if there was none. */
    record Request(String server, String method, String path, String range, String authorization) {}

    /** What the next bodies of a file suffer. */
    enum Fault {
        /** The connection ends after some bytes. */
        CUT,
        /** Nothing comes any more after some bytes. */
        STALL,
        /** One byte is another. */
        FLIP,
        /** The server says 503. */
        BUSY
    }

    private record Planned(Fault fault, int afterBytes) {}

    private final HttpServer hub = server();
    private final HttpServer store = server();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, byte[]> files = new TreeMap<>();
    private final Map<String, String> redirects = new ConcurrentHashMap<>();
    private final Map<String, Long> claims = new ConcurrentHashMap<>();
    private final Map<String, ConcurrentLinkedQueue<Planned>> faults = new ConcurrentHashMap<>();
    private final Map<String, Integer> refusals = new ConcurrentHashMap<>();
    private final Map<String, String> extra = new ConcurrentHashMap<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final AtomicInteger storeGeneration = new AtomicInteger();
    private volatile boolean ranges = true;
    private volatile long sizeError;
    private final AtomicInteger limitedRequests = new AtomicInteger();

    FakeHub() {
        hub.createContext("/", exchange -> handle("hub", exchange));
        store.createContext("/", exchange -> handle("store", exchange));
        for (HttpServer server : List.of(hub, store)) {
            server.setExecutor(threads);
            server.start();
        }
    }

    private static HttpServer server() {
        try {
            return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new IllegalStateException("no server can be started", e);
        }
    }

    /** Adds a file; those from 1000 bytes on lie in the store. */
    FakeHub with(String path, byte[] content) {
        files.put(path, content);
        return this;
    }

    FakeHub with(String path, String text) {
        return with(path, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Plans what the next body of a file suffers; called again: the one after that. */
    FakeHub plan(String path, Fault fault, int afterBytes) {
        faults.computeIfAbsent(path, _ -> new ConcurrentLinkedQueue<>())
                .add(new Planned(fault, afterBytes));
        return this;
    }

    /** Does everything right from now on. */
    void forgetFaults() {
        faults.clear();
    }

    /** Says another size of a file than it has, except in the listing. */
    FakeHub claim(String path, long size) {
        claims.put(path, size);
        return this;
    }

    /** Answers requests for paths that start so with a status instead. */
    FakeHub refuse(String prefix, int status, String code) {
        refusals.put(prefix, status);
        extra.put(prefix, code);
        return this;
    }

    /** Lets the next requests to the hub wait: 429 with Retry-After: 1. */
    FakeHub limit(int count) {
        limitedRequests.set(count);
        return this;
    }

    /** Sends requests for paths that start so elsewhere. */
    FakeHub redirect(String prefix, String target) {
        redirects.put(prefix, target);
        return this;
    }

    /** Serves whole files only. */
    FakeHub withoutRanges() {
        ranges = false;
        return this;
    }

    /** Lets the store send files that are longer than announced. */
    FakeHub withSizeError(long bytes) {
        sizeError = bytes;
        return this;
    }

    /** Makes the addresses in the store invalid that were given out so far. */
    void expire() {
        storeGeneration.incrementAndGet();
    }

    String address() {
        return address(hub);
    }

    String storeAddress() {
        return address(store);
    }

    private static String address(HttpServer server) {
        return "http://localhost:" + server.getAddress().getPort();
    }

    List<Request> requests() {
        return List.copyOf(requests);
    }

    void forgetRequests() {
        requests.clear();
    }

    static String sha256(byte[] content) {
        return hex("SHA-256", content);
    }

    static String gitSha1(byte[] content) {
        byte[] header = ("blob " + content.length + "\0").getBytes(StandardCharsets.US_ASCII);
        byte[] all = new byte[header.length + content.length];
        System.arraycopy(header, 0, all, 0, header.length);
        System.arraycopy(content, 0, all, header.length, content.length);
        return hex("SHA-1", all);
    }

    private static String hex(String algorithm, byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean isLarge(byte[] content) {
        return content.length >= 1000;
    }

    static String etag(byte[] content) {
        return isLarge(content) ? sha256(content) : gitSha1(content);
    }

    private void handle(String server, HttpExchange exchange) throws IOException {
        try (exchange) {
            URI uri = exchange.getRequestURI();
            Headers headers = exchange.getRequestHeaders();
            requests.add(
                    new Request(
                            server,
                            exchange.getRequestMethod(),
                            uri.getPath(),
                            Optional.ofNullable(headers.getFirst("Range")).orElse(""),
                            Optional.ofNullable(headers.getFirst("Authorization")).orElse("")));
            if (server.equals("store")) {
                sendStored(exchange, uri);
                return;
            }
            if (limitedRequests.getAndDecrement() > 0) {
                exchange.getResponseHeaders().set("Retry-After", "1");
                exchange.sendResponseHeaders(429, -1);
                return;
            }
            for (Map.Entry<String, Integer> refusal : refusals.entrySet()) {
                if (uri.getPath().startsWith(refusal.getKey())) {
                    exchange.getResponseHeaders().set("X-Error-Code", extra.get(refusal.getKey()));
                    exchange.sendResponseHeaders(refusal.getValue(), -1);
                    return;
                }
            }
            for (Map.Entry<String, String> redirect : redirects.entrySet()) {
                if (uri.getPath().startsWith(redirect.getKey())) {
                    redirect(exchange, redirect.getValue());
                    return;
                }
            }
            answer(exchange, uri.getPath());
        }
    }

    private void answer(HttpExchange exchange, String path) throws IOException {
        String api = "/api/models/" + OWNER_NAME + "/revision/";
        String resolve = "/" + OWNER_NAME + "/resolve/" + COMMIT + "/";
        if (path.startsWith("/api/models/old/name/")) {
            redirect(exchange, path.replace("old/name", OWNER_NAME) + "?blobs=true");
        } else if (path.startsWith(api)) {
            byte[] listing = listing().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, listing.length);
            exchange.getResponseBody().write(listing);
        } else if (path.startsWith(resolve)) {
            resolve(exchange, path.substring(resolve.length()));
        } else {
            exchange.sendResponseHeaders(404, -1);
        }
    }

    private static void redirect(HttpExchange exchange, String target) throws IOException {
        exchange.getResponseHeaders().set("Location", target);
        exchange.sendResponseHeaders(307, -1);
    }

    private String listing() {
        List<Map<String, Object>> siblings = new ArrayList<>();
        files.forEach(
                (path, content) -> {
                    Map<String, Object> entry = new LinkedHashMap<>();
                    entry.put("rfilename", path);
                    entry.put("size", content.length);
                    entry.put("blobId", gitSha1(content));
                    if (isLarge(content)) {
                        entry.put(
                                "lfs",
                                Map.of(
                                        "sha256",
                                        sha256(content),
                                        "size",
                                        content.length,
                                        "pointerSize",
                                        134));
                    }
                    siblings.add(entry);
                });
        return JsonMapper.shared()
                .writeValueAsString(Map.of("id", OWNER_NAME, "sha", COMMIT, "siblings", siblings));
    }

    private void resolve(HttpExchange exchange, String file) throws IOException {
        byte[] content = files.get(file);
        Headers answer = exchange.getResponseHeaders();
        answer.set("X-Repo-Commit", COMMIT);
        if (content == null) {
            answer.set("X-Error-Code", "EntryNotFound");
            exchange.sendResponseHeaders(404, -1);
        } else if (isLarge(content)) {
            answer.set("X-Linked-Etag", '"' + sha256(content) + '"');
            long size = claims.getOrDefault(file, (long) content.length);
            answer.set("X-Linked-Size", String.valueOf(size));
            answer.set("ETag", "\"that-of-the-pointer\"");
            String path = HubPath.encodePath(file) + "?signed=" + storeGeneration.get();
            answer.set("Location", storeAddress() + "/" + path);
            exchange.sendResponseHeaders(302, -1);
        } else {
            answer.set("ETag", "W/\"" + gitSha1(content) + '"');
            send(exchange, file, content);
        }
    }

    private void sendStored(HttpExchange exchange, URI uri) throws IOException {
        String file = uri.getPath().substring(1);
        if (!uri.getQuery().equals("signed=" + storeGeneration.get())) {
            exchange.sendResponseHeaders(403, -1);
            return;
        }
        send(exchange, file, Optional.ofNullable(files.get(file)).orElseThrow());
    }

    private void send(HttpExchange exchange, String file, byte[] content) throws IOException {
        Headers answer = exchange.getResponseHeaders();
        if (exchange.getRequestMethod().equals("HEAD")) {
            answer.set("Content-Length", String.valueOf(content.length));
            exchange.sendResponseHeaders(200, -1);
            return;
        }
        int first = 0;
        int last = content.length - 1;
        String range = exchange.getRequestHeaders().getFirst("Range");
        int status = 200;
        if (range != null && ranges) {
            String[] bounds = range.replace("bytes=", "").split("-", -1);
            first = Integer.parseInt(bounds[0]);
            last = Integer.parseInt(bounds[1]);
            status = 206;
            answer.set(
                    "Content-Range",
                    "bytes %d-%d/%d".formatted(first, last, content.length + sizeError));
        }
        Planned planned =
                Optional.ofNullable(faults.get(file))
                        .map(ConcurrentLinkedQueue::poll)
                        .orElse(new Planned(Fault.CUT, Integer.MAX_VALUE));
        if (planned.fault() == Fault.BUSY) {
            answer.remove("Content-Range");
            exchange.sendResponseHeaders(503, -1);
            return;
        }
        byte[] body = Arrays.copyOfRange(content, first, last + 1);
        long length = status == 200 ? body.length + sizeError : body.length;
        exchange.sendResponseHeaders(status, length);
        OutputStream out = exchange.getResponseBody();
        int before = Math.min(planned.afterBytes(), body.length);
        if (planned.fault() == Fault.FLIP) {
            body[before] ^= 1;
            before = body.length;
        }
        out.write(body, 0, before);
        out.flush();
        if (planned.fault() == Fault.STALL) {
            sleepUntilClosed();
        }
    }

    /** The client is to lose patience first. */
    private static void sleepUntilClosed() {
        try {
            Thread.sleep(60_000);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        hub.stop(0);
        store.stop(0);
        threads.shutdownNow();
    }
}
