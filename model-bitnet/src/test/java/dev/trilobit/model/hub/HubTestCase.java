package dev.trilobit.model.hub;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** A fake hub with an empty cache in front of it. */
final class HubTestCase implements AutoCloseable {
    static final HubRepository REPOSITORY = new HubRepository("some", "model");

    /** Small pieces, so that small files have many, and short pauses. */
    static final TransferSettings HASTY = settings(Duration.ofSeconds(20), 4);

    /** Gives up soon what says nothing. */
    static final TransferSettings IMPATIENT = settings(Duration.ofMillis(400), 4);

    final FakeHub hub = new FakeHub();
    final Path home;
    final List<String> news = new ArrayList<>();
    private final Map<String, String> variables = new HashMap<>();

    HubTestCase(Path home) {
        this.home = home;
        variables.put("HF_ENDPOINT", hub.address());
        variables.put("HF_HOME", home.resolve("hf").toString());
    }

    private static TransferSettings settings(Duration stallTimeout, int attempts) {
        return new TransferSettings(
                4, 10_000, Duration.ofSeconds(5), stallTimeout, attempts, Duration.ofMillis(5));
    }

    /** As {@link #HASTY}, without pauses. */
    static TransferSettings attempts(int count) {
        return new TransferSettings(
                4, 10_000, Duration.ofSeconds(5), HASTY.stallTimeout(), count, Duration.ZERO);
    }

    /** As {@link #HASTY}, one request at a time. */
    static TransferSettings single() {
        return new TransferSettings(
                1, 10_000, Duration.ofSeconds(5), HASTY.stallTimeout(), 4, Duration.ZERO);
    }

    HubTestCase set(String variable, String value) {
        variables.put(variable, value);
        return this;
    }

    HubEnvironment environment() {
        return HubEnvironment.of(variables, home);
    }

    HubClient client() {
        return HubClient.open(environment(), HASTY);
    }

    HubListing list() {
        try (HubClient client = client()) {
            return client.list(REPOSITORY, "main", news::add);
        }
    }

    /** Fetches all files there are. */
    PulledFiles pull() {
        return pull(HASTY);
    }

    PulledFiles pull(TransferSettings settings) {
        try (HubClient client = HubClient.open(environment(), settings)) {
            HubListing listing = client.list(REPOSITORY, "main", news::add);
            return client.pull(listing, listing.files(), progress());
        }
    }

    PullProgress progress() {
        return new PullProgress() {
            @Override
            public void report(long done, long total, String file) {
                if (done < 0 || done > total) {
                    throw new AssertionError("%d of %d".formatted(done, total));
                }
            }

            @Override
            public void waiting(String reason) {
                synchronized (news) {
                    news.add(reason);
                }
            }
        };
    }

    /** Returns the folder of the repository in the cache. */
    Path folder() {
        return home.resolve("hf/hub/models--some--model");
    }

    Path snapshot() {
        return folder().resolve("snapshots").resolve(FakeHub.COMMIT);
    }

    byte[] cached(String path) {
        try {
            return Files.readAllBytes(snapshot().resolve(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns paths of all files below the cache, links included, sorted. */
    List<String> tree() {
        Path root = home.resolve("hf/hub");
        try (Stream<Path> paths = Files.walk(root)) {
            return paths.filter(it -> !Files.isDirectory(it))
                    .map(it -> root.relativize(it).toString())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns how often a file's bytes were asked for, ranges counted. */
    long bodies(String path) {
        return hub.requests().stream()
                .filter(it -> it.method().equals("GET") && it.path().endsWith("/" + path))
                .count();
    }

    static byte[] random(int bytes, long seed) {
        byte[] content = new byte[bytes];
        new SplittableRandom(seed).nextBytes(content);
        return content;
    }

    @Override
    public void close() {
        hub.close();
    }
}
