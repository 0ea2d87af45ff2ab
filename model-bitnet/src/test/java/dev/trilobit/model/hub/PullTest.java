package dev.trilobit.model.hub;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.model.hub.FakeHub.Fault;
import dev.trilobit.model.hub.FakeHub.Request;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class PullTest {
    private static final byte[] LARGE = HubTestCase.random(95_000, 1);
    private static final int PIECES = 10;

    @TempDir private Path home;
    private HubTestCase test;
    private FakeHub hub;

    @BeforeEach
    void start() {
        test = new HubTestCase(home);
        hub = test.hub;
    }

    @AfterEach
    void stop() {
        test.close();
    }

    private static List<String> sorted(String... paths) {
        return Stream.of(paths).sorted().toList();
    }

    private static String refusal(Executable action) {
        return String.valueOf(assertThrows(HubException.class, action).getMessage());
    }

    @Test
    void filesLieInTheLayoutOfTheSharedCache() throws IOException {
        hub.with("config.json", "{}").with("a/b c/gewicht-ä.bin", LARGE);
        PulledFiles pulled = test.pull();
        String etag = FakeHub.sha256(LARGE);
        String small = FakeHub.gitSha1("{}".getBytes(StandardCharsets.UTF_8));
        assertEquals(
                sorted(
                        ".locks/models--some--model/" + small + ".lock",
                        ".locks/models--some--model/" + etag + ".lock",
                        "models--some--model/blobs/" + small,
                        "models--some--model/blobs/" + etag,
                        "models--some--model/refs/main",
                        "models--some--model/snapshots/" + FakeHub.COMMIT + "/a/b c/gewicht-ä.bin",
                        "models--some--model/snapshots/" + FakeHub.COMMIT + "/config.json",
                        "models--some--model/trees/" + FakeHub.COMMIT + ".json"),
                test.tree());
        assertEquals(FakeHub.COMMIT, Files.readString(test.folder().resolve("refs/main")));
        assertEquals(test.snapshot(), pulled.snapshot());
        Path link = test.snapshot().resolve("a/b c/gewicht-ä.bin");
        assertEquals(Path.of("../../../../blobs", etag), Files.readSymbolicLink(link));
        assertArrayEquals(LARGE, Files.readAllBytes(link));
        assertEquals(2, pulled.fetched().size());
        assertEquals(LARGE.length + 2, pulled.bytes());
    }

    @Test
    void largeFileComesInPiecesThatCoverItOnce() {
        hub.with("large.gguf", LARGE);
        test.pull();
        Set<String> ranges = new HashSet<>();
        for (Request request : hub.requests()) {
            if (request.server().equals("store")) {
                assertTrue(ranges.add(request.range()), request.range());
            }
        }
        Set<String> expected = new HashSet<>();
        for (int i = 0; i < PIECES; i++) {
            expected.add("bytes=%d-%d".formatted(i * 10_000, Math.min(i * 10_000 + 9_999, 94_999)));
        }
        assertEquals(expected, ranges);
        assertArrayEquals(LARGE, test.cached("large.gguf"));
    }

    @Test
    void emptyFileIsAFile() {
        hub.with("empty.txt", "");
        test.pull();
        assertEquals(0, test.cached("empty.txt").length);
    }

    @Test
    void whatIsThereIsNotFetchedAgain() {
        hub.with("large.gguf", LARGE);
        test.pull();
        hub.forgetRequests();
        PulledFiles again = test.pull();
        assertEquals(List.of(), again.fetched());
        assertEquals(1, hub.requests().size(), "only the listing is asked for");
    }

    @Test
    void contentThatAnotherProgramFetchedUnderAnotherPathIsUsed() throws IOException {
        hub.with("large.gguf", LARGE);
        Path blob = test.folder().resolve("blobs").resolve(FakeHub.sha256(LARGE));
        Files.createDirectories(blob.getParent());
        Files.write(blob, LARGE);
        assertEquals(List.of(), test.pull().fetched());
        assertEquals(0, test.bodies("large.gguf"));
        assertArrayEquals(LARGE, test.cached("large.gguf"));
    }

    @Test
    void cutConnectionsAreContinuedWhereTheyEnded() {
        hub.with("large.gguf", LARGE);
        for (int i = 0; i < 6; i++) {
            hub.plan("large.gguf", Fault.CUT, 1 + i * 100);
        }
        test.pull();
        assertArrayEquals(LARGE, test.cached("large.gguf"));
        assertEquals(PIECES + 6, test.bodies("large.gguf"));
        assertTrue(
                hub.requests().stream()
                        .anyMatch(it -> it.range().matches("bytes=\\d*[1-9]\\d*1-.*")),
                "no request went on in the middle of a piece");
    }

    @Test
    void connectionThatIsCutAtOnceEachTimeIsGivenUp() {
        hub.with("large.gguf", LARGE);
        for (int i = 0; i < 60; i++) {
            hub.plan("large.gguf", Fault.CUT, 0);
        }
        String message = refusal(test::pull);
        assertTrue(message.startsWith("large.gguf: localhost: "), message);
        assertTrue(message.contains("(4 attempts)"), message);
        assertFalse(Files.exists(test.snapshot()));
    }

    @Test
    void stalledConnectionIsGivenUpAndTriedAgain() {
        hub.with("large.gguf", LARGE).plan("large.gguf", Fault.STALL, 777);
        long start = System.nanoTime();
        test.pull(HubTestCase.IMPATIENT);
        assertTrue(System.nanoTime() - start < Duration.ofSeconds(20).toNanos());
        assertArrayEquals(LARGE, test.cached("large.gguf"));
        assertEquals(PIECES + 1, test.bodies("large.gguf"));
    }

    @Test
    void stalledHeadersAreGivenUpToo() {
        hub.with("small.txt", "text").plan("small.txt", Fault.STALL, 0);
        test.pull(HubTestCase.IMPATIENT);
        assertEquals(2, test.bodies("small.txt"));
    }

    @Test
    void busyServerIsAskedAgain() {
        hub.with("large.gguf", LARGE).plan("large.gguf", Fault.BUSY, 0);
        test.pull();
        assertArrayEquals(LARGE, test.cached("large.gguf"));
    }

    @Test
    void waitThatTheHubAsksForIsKept() {
        hub.with("small.txt", "text").limit(2);
        long start = System.nanoTime();
        test.pull();
        assertTrue(System.nanoTime() - start >= Duration.ofSeconds(2).toNanos());
        assertEquals("text", new String(test.cached("small.txt"), StandardCharsets.UTF_8));
    }

    @Test
    void wrongContentIsRefusedAndNothingOfItStays() throws IOException {
        hub.with("large.gguf", LARGE).plan("large.gguf", Fault.FLIP, 17);
        String message = refusal(test::pull);
        assertTrue(message.startsWith("large.gguf: what came is not what the hub"), message);
        assertTrue(message.contains("expected " + FakeHub.sha256(LARGE)), message);
        try (var blobs = Files.list(test.folder().resolve("blobs"))) {
            assertEquals(0, blobs.count());
        }
        test.pull();
        assertArrayEquals(LARGE, test.cached("large.gguf"));
    }

    @Test
    void wrongContentOfASmallFileIsRefused() {
        hub.with("small.txt", "text").plan("small.txt", Fault.FLIP, 1);
        String message = refusal(test::pull);
        assertTrue(message.contains("git hash"), message);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 1, 1_000_000})
    void anotherSizeThanAnnouncedIsRefused(long error) {
        hub.with("large.gguf", LARGE).withSizeError(error);
        String message = refusal(test::pull);
        assertTrue(message.contains("has 95000 bytes"), message);
        assertTrue(message.contains(String.valueOf(95_000 + error)), message);
    }

    @Test
    void serverWithoutRangesSendsTheWholeFile() {
        hub.with("large.gguf", LARGE).withoutRanges();
        test.pull();
        assertArrayEquals(LARGE, test.cached("large.gguf"));
    }

    @Test
    void serverWithoutRangesThatCutsIsAskedForTheWholeFileAgain() {
        hub.with("large.gguf", LARGE).withoutRanges();
        // The first four answer pieces and are turned down.
        for (int i = 0; i < 7; i++) {
            hub.plan("large.gguf", Fault.CUT, 40_000);
        }
        test.pull(HubTestCase.attempts(12));
        assertArrayEquals(LARGE, test.cached("large.gguf"));
    }

    @Test
    void addressInTheStoreThatExpiredIsAskedForAnew() {
        hub.with("large.gguf", LARGE);
        try (HubClient client = test.client()) {
            HubListing listing = test.list();
            PullProgress expiring =
                    (done, _, _) -> {
                        if (done == 0) {
                            hub.expire();
                        }
                    };
            client.pull(listing, listing.files(), expiring);
        }
        assertArrayEquals(LARGE, test.cached("large.gguf"));
    }

    /** What a process leaves that is killed while it fetches. */
    private void abandon(Fault fault, int... afterBytes) {
        for (int bytes : afterBytes) {
            hub.plan("large.gguf", fault, bytes);
        }
        for (int i = 0; i < 60; i++) {
            hub.plan("large.gguf", Fault.CUT, 0);
        }
        // One connection, so that it is known who meets which fault.
        assertThrows(HubException.class, () -> test.pull(HubTestCase.single()));
        hub.forgetFaults();
        hub.forgetRequests();
    }

    @Test
    void nextProcessGoesOnWhereTheLastOneWasStopped() {
        hub.with("large.gguf", LARGE);
        abandon(Fault.CUT, 10_000, 10_000, 5_000);
        test.pull();
        assertArrayEquals(LARGE, test.cached("large.gguf"));
        long fetched =
                hub.requests().stream()
                        .filter(it -> it.server().equals("store"))
                        .mapToLong(it -> bytes(it.range()))
                        .sum();
        assertEquals(LARGE.length - 25_000, fetched);
    }

    private static long bytes(String range) {
        String[] bounds = range.replace("bytes=", "").split("-", -1);
        return Long.parseLong(bounds[1]) - Long.parseLong(bounds[0]) + 1;
    }

    @Test
    void partThatIsWrongIsFetchedOnceMoreFromTheStart() {
        hub.with("large.gguf", LARGE);
        abandon(Fault.FLIP, 5);
        test.pull();
        assertArrayEquals(LARGE, test.cached("large.gguf"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 95_000, 95_010, 95_024, 95_100, 200_000})
    void partThatIsNoPartIsDiscarded(int bytes) throws IOException {
        hub.with("large.gguf", LARGE);
        Path part =
                test.folder()
                        .resolve("blobs")
                        .resolve(FakeHub.sha256(LARGE) + ".trilobit.incomplete");
        Files.createDirectories(part.getParent());
        Files.write(part, HubTestCase.random(bytes, 5));
        test.pull();
        assertArrayEquals(LARGE, test.cached("large.gguf"));
        assertFalse(Files.exists(part));
    }

    @Test
    void completePartThatWasNotRenamedIsCheckedAndUsed() throws IOException {
        hub.with("large.gguf", LARGE);
        Path part =
                test.folder()
                        .resolve("blobs")
                        .resolve(FakeHub.sha256(LARGE) + ".trilobit.incomplete");
        Files.createDirectories(part.getParent());
        Files.write(part, LARGE);
        test.pull();
        assertEquals(0, test.bodies("large.gguf"));
        assertArrayEquals(LARGE, test.cached("large.gguf"));
    }

    @Test
    void severalAtOnceFetchAFileOnce() throws InterruptedException, ExecutionException {
        hub.with("large.gguf", LARGE);
        var results = new ArrayList<Future<PulledFiles>>();
        try (var threads = Executors.newFixedThreadPool(4)) {
            for (int i = 0; i < 4; i++) {
                results.add(threads.submit(() -> test.pull()));
            }
        }
        int fetched = 0;
        for (Future<PulledFiles> result : results) {
            fetched += result.get().fetched().size();
        }
        assertEquals(1, fetched);
        assertEquals(PIECES, test.bodies("large.gguf"));
        assertArrayEquals(LARGE, test.cached("large.gguf"));
    }

    @Test
    void filesAppearTogetherOrNotAtAll() {
        hub.with("a.txt", "first").with("large.gguf", LARGE);
        abandon(Fault.CUT, 100);
        assertFalse(Files.exists(test.snapshot()));
        assertFalse(Files.exists(test.folder().resolve("refs/main")));
    }

    @Test
    void fileThatDoesNotFitIsRefusedBeforeItIsFetched() throws IOException {
        hub.with("large.gguf", LARGE);
        HubListing listing = test.list();
        long free = Files.getFileStore(home).getUsableSpace();
        hub.claim("large.gguf", free * 2);
        HubFile huge = new HubFile("large.gguf", free * 2, "", FakeHub.sha256(LARGE));
        try (HubClient client = test.client()) {
            String message = refusal(() -> client.pull(listing, List.of(huge), test.progress()));
            assertTrue(message.contains(free * 2 + " bytes are to be fetched"), message);
            assertTrue(message.contains("HF_HOME"), message);
        }
        assertEquals(0, test.bodies("large.gguf"));
    }

    @Test
    void sizeThatTheListingDoesNotHaveIsRefused() {
        hub.with("large.gguf", LARGE).claim("large.gguf", 95_001);
        String message = refusal(test::pull);
        assertTrue(message.contains("lists it with 95000 bytes and offers 95001"), message);
    }

    @Test
    void whereLinksAreNotAllowedTheSnapshotHasFiles() throws IOException {
        test.set("HF_HUB_DISABLE_SYMLINKS", "1");
        hub.with("large.gguf", LARGE).with("twin.gguf", LARGE);
        test.pull();
        for (String name : List.of("large.gguf", "twin.gguf")) {
            assertFalse(Files.isSymbolicLink(test.snapshot().resolve(name)));
            assertArrayEquals(LARGE, test.cached(name));
        }
        assertEquals(PIECES, test.bodies("large.gguf") + test.bodies("twin.gguf"));
    }

    @Test
    void fileThatTheHubDoesNotHaveIsMarkedAsMissing() {
        hub.with("a.txt", "first");
        HubListing listing = test.list();
        HubFile gone = HubFile.ofSize("gone.txt", 5);
        try (HubClient client = test.client()) {
            String message = refusal(() -> client.pull(listing, List.of(gone), test.progress()));
            assertTrue(message.contains("no such file"), message);
        }
        Path mark = test.folder().resolve(".no_exist").resolve(FakeHub.COMMIT).resolve("gone.txt");
        assertTrue(Files.exists(mark));
    }

    @ParameterizedTest
    @EnumSource(names = {"CUT", "BUSY"})
    void faultInEveryPieceTwiceIsOvercome(Fault fault) {
        hub.with("large.gguf", LARGE);
        for (int i = 0; i < 2 * PIECES; i++) {
            hub.plan("large.gguf", fault, 3000);
        }
        test.pull(
                new TransferSettings(
                        4,
                        10_000,
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(2),
                        30,
                        Duration.ZERO));
        assertArrayEquals(LARGE, test.cached("large.gguf"));
    }
}
