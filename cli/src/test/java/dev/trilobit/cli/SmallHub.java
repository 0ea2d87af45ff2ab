package dev.trilobit.cli;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;

/** A hub on this machine that serves the files of one folder as a repository. */
final class SmallHub implements AutoCloseable {
    static final String COMMIT = "89abcdef0123456789abcdef0123456789abcdef";

    private final String repository;
    private final Path folder;
    private final Map<String, String> hashes = new TreeMap<>();
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<String> ranges = new CopyOnWriteArrayList<>();
    private volatile long stallAfter = Long.MAX_VALUE;
    private volatile boolean listsSizes = true;

    /** Serves {@code folder} as {@code repository}, which no other test may use. */
    SmallHub(String repository, Path folder) throws IOException {
        this.repository = repository;
        this.folder = folder;
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                hashes.put(folder.relativize(file).toString(), sha256(file));
            }
        }
        forget();
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::handle);
        server.setExecutor(threads);
        server.start();
    }

    /** Removes the repository from the cache of the tests. */
    void forget() throws IOException {
        if (!Files.exists(cache())) {
            return;
        }
        try (Stream<Path> files = Files.walk(cache())) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(file);
            }
        }
    }

    /** Returns the repository's folder in the cache of the tests. */
    Path cache() {
        String home =
                Optional.ofNullable(System.getenv("HF_HUB_CACHE"))
                        .orElseThrow(
                                () -> new IllegalStateException("the build sets HF_HUB_CACHE"));
        return Path.of(home).resolve("models--" + repository.replace("/", "--"));
    }

    Path snapshot() {
        return cache().resolve("snapshots").resolve(COMMIT);
    }

    String address() {
        return "http://localhost:" + server.getAddress().getPort();
    }

    /** Sends so many bytes of each body and then nothing, as a network that broke. */
    void stallAfter(long bytes) {
        stallAfter = bytes;
    }

    /** Lists names alone, as mirrors do that know no {@code blobs=true}. */
    void listNoSizes() {
        listsSizes = false;
    }

    /** Returns the ranges that were asked for, such as {@code bytes=0-99}. */
    List<String> ranges() {
        return List.copyOf(ranges);
    }

    void forgetRanges() {
        ranges.clear();
    }

    private static String sha256(Path file) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
                byte[] buffer = new byte[1 << 20];
                while (in.read(buffer) >= 0) {
                    // The digest sees it.
                }
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            String resolve = "/" + repository + "/resolve/" + COMMIT + "/";
            if (path.startsWith("/api/models/" + repository + "/revision/")) {
                byte[] listing = listing().getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, listing.length);
                exchange.getResponseBody().write(listing);
            } else if (path.startsWith(resolve)
                    && hashes.containsKey(path.substring(resolve.length()))) {
                send(exchange, path.substring(resolve.length()));
            } else {
                exchange.getResponseHeaders().set("X-Error-Code", "RepoNotFound");
                exchange.sendResponseHeaders(404, -1);
            }
        }
    }

    private String listing() {
        List<Map<String, Object>> siblings = new ArrayList<>();
        hashes.forEach(
                (path, hash) -> {
                    Map<String, Object> entry = new LinkedHashMap<>();
                    entry.put("rfilename", path);
                    if (listsSizes) {
                        entry.put("size", size(path));
                        entry.put("blobId", hash.substring(0, 40));
                        entry.put("lfs", Map.of("sha256", hash, "size", size(path)));
                    }
                    siblings.add(entry);
                });
        return JsonMapper.shared().writeValueAsString(Map.of("sha", COMMIT, "siblings", siblings));
    }

    private long size(String path) {
        try {
            return Files.size(folder.resolve(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void send(HttpExchange exchange, String path) throws IOException {
        Headers answer = exchange.getResponseHeaders();
        answer.set("X-Repo-Commit", COMMIT);
        answer.set("ETag", '"' + hashes.get(path) + '"');
        long size = size(path);
        if (exchange.getRequestMethod().equals("HEAD")) {
            answer.set("Content-Length", String.valueOf(size));
            exchange.sendResponseHeaders(200, -1);
            return;
        }
        long first = 0;
        long last = size - 1;
        Optional<String> range =
                Optional.ofNullable(exchange.getRequestHeaders().getFirst("Range"));
        if (range.isPresent()) {
            ranges.add(range.get());
            String[] bounds = range.get().replace("bytes=", "").split("-", -1);
            first = Long.parseLong(bounds[0]);
            last = Long.parseLong(bounds[1]);
            answer.set("Content-Range", "bytes %d-%d/%d".formatted(first, last, size));
        }
        exchange.sendResponseHeaders(range.isPresent() ? 206 : 200, last - first + 1);
        copy(folder.resolve(path), first, last - first + 1, exchange.getResponseBody());
    }

    private void copy(Path file, long first, long bytes, OutputStream out) throws IOException {
        long allowed = Math.min(bytes, stallAfter);
        var target = Channels.newChannel(out);
        try (FileChannel channel = FileChannel.open(file)) {
            long at = first;
            while (at < first + allowed) {
                at += channel.transferTo(at, Math.min(1 << 20, first + allowed - at), target);
            }
        }
        out.flush();
        if (allowed < bytes) {
            try {
                Thread.sleep(60_000);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
