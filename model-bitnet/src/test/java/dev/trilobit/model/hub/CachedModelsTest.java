package dev.trilobit.model.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.model.hub.CachedModels.Lookup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CachedModelsTest {
    private static final String OTHER = "f".repeat(40);

    @TempDir private Path home;
    private HubTestCase test;

    @BeforeEach
    void start() {
        test = new HubTestCase(home);
    }

    @AfterEach
    void stop() {
        test.close();
    }

    private Lookup find(String place) {
        return CachedModels.of(test.environment()).find(HubPlace.parse(place));
    }

    private Lookup.Found found(String place) {
        return assertInstanceOf(Lookup.Found.class, find(place));
    }

    private String missing(String place) {
        return assertInstanceOf(Lookup.Missing.class, find(place)).why();
    }

    /** Puts a file where huggingface_hub would. */
    private void cache(String commit, String path, String text) throws IOException {
        Path blob = test.folder().resolve("blobs/" + Integer.toHexString(text.hashCode()));
        Files.createDirectories(blob.resolveSibling(""));
        Files.writeString(blob, text);
        Path link = test.folder().resolve("snapshots").resolve(commit).resolve(path);
        Files.createDirectories(link.resolveSibling(""));
        Files.createSymbolicLink(link, link.resolveSibling("").relativize(blob));
    }

    private void ref(String name, String commit) throws IOException {
        Path ref = test.folder().resolve("refs").resolve(name);
        Files.createDirectories(ref.resolveSibling(""));
        Files.writeString(ref, commit);
    }

    private void cacheFolder(String commit) throws IOException {
        for (String file : List.of("config.json", "model.safetensors", "tokenizer.json")) {
            cache(commit, file, FileChoiceTest.DENSE);
        }
    }

    @Test
    void folderThatAnotherProgramFetchedIsFound() throws IOException {
        cacheFolder(FakeHub.COMMIT);
        ref("main", FakeHub.COMMIT);
        Lookup.Found found = found("some/model");
        assertEquals(test.snapshot(), found.path());
        assertEquals(FakeHub.COMMIT, found.listing().commit());
        assertEquals(3, found.choice().files().size());
    }

    @Test
    void ggufFileIsFoundByNameAndByType() throws IOException {
        cache(FakeHub.COMMIT, "sub/m-Q1_0.gguf", "GGUF");
        cache(FakeHub.COMMIT, "m-Q8_0.gguf", "GGUF too");
        ref("main", FakeHub.COMMIT);
        assertEquals(test.snapshot().resolve("sub/m-Q1_0.gguf"), found("some/model").path());
        assertEquals(test.snapshot().resolve("m-Q8_0.gguf"), found("some/model:q8_0").path());
    }

    @Test
    void revisionIsABranchATagOrACommit() throws IOException {
        cacheFolder(FakeHub.COMMIT);
        cacheFolder(OTHER);
        ref("main", FakeHub.COMMIT);
        ref("refs/pr/1", OTHER);
        assertEquals(OTHER, found("some/model@refs/pr/1").listing().commit());
        assertEquals(OTHER, found("some/model@" + OTHER).listing().commit());
        assertEquals(FakeHub.COMMIT, found("some/model").listing().commit());
        assertTrue(missing("some/model@v2").contains("no revision 'v2'"));
    }

    @Test
    void onlyRevisionIsTakenWhereNoneIsNamedAndMainWasNeverFetched() throws IOException {
        cacheFolder(OTHER);
        ref("bfloat16", OTHER);
        assertEquals(OTHER, found("some/model").listing().commit());
        assertTrue(missing("some/model@main").contains("no revision 'main'"));
        cacheFolder(FakeHub.COMMIT);
        assertTrue(missing("some/model").contains("no revision 'main'"));
    }

    @Test
    void whatIsNotThereIsSaid() {
        assertTrue(missing("some/model").startsWith("there is no "));
    }

    @Test
    void modelThatIsNotWholeIsNotFound() throws IOException {
        cache(FakeHub.COMMIT, "config.json", FileChoiceTest.DENSE);
        ref("main", FakeHub.COMMIT);
        assertTrue(
                missing("some/model").contains("there is no model in it"), missing("some/model"));
        cache(FakeHub.COMMIT, "m-Q8_0-00001-of-00002.gguf", "GGUF");
        assertTrue(missing("some/model").contains("1 of its 2 parts"), missing("some/model"));
    }

    @Test
    void linkThatLeadsNowhereIsNoFile() throws IOException {
        cacheFolder(FakeHub.COMMIT);
        ref("main", FakeHub.COMMIT);
        Path weights = test.snapshot().resolve("model.safetensors");
        Files.delete(weights.toRealPath());
        assertInstanceOf(Lookup.Missing.class, find("some/model"));
    }

    @Test
    void commitThatIsCompleteNeedsNoHub() throws IOException {
        test.hub.with("config.json", FileChoiceTest.DENSE).with("tokenizer.json", "{}");
        test.hub.with("model.safetensors", HubTestCase.random(3000, 1)).with("README.md", "hello");
        HubPlace place = HubPlace.parse("some/model@" + FakeHub.COMMIT);
        CachedModels models = CachedModels.of(test.environment());
        assertTrue(models.complete(place).isEmpty());
        HubListing listing = test.list();
        try (HubClient client = test.client()) {
            client.pull(listing, listing.files().subList(1, 4), PullProgress.silent());
        }
        assertEquals(test.snapshot(), models.complete(place).orElseThrow().path());
        assertTrue(models.complete(place.withRevision("main")).isEmpty(), "a branch may move");
        Files.delete(test.snapshot().resolve("model.safetensors"));
        assertTrue(models.complete(place).isEmpty());
    }

    @Test
    void treeOfAnotherVersionIsNotTrusted() {
        assertTrue(TreeFile.read("{\"format_version\": 2, \"files\": {}}").isEmpty());
        assertTrue(TreeFile.read("no").isEmpty());
        assertTrue(
                TreeFile.read("{\"format_version\": 1, \"files\": {\"../x\": {\"size\": 1}}}")
                        .isEmpty());
    }
}
