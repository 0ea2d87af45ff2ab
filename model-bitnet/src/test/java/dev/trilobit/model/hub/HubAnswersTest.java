package dev.trilobit.model.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the hub refuses, and who gets to see the token. */
@Timeout(60)
class HubAnswersTest {
    private static final String API = "/api/models/some/model";
    private static final String TOKEN = "hf_secret";

    @TempDir private Path home;
    private HubTestCase test;

    @BeforeEach
    void start() {
        test = new HubTestCase(home);
        test.hub.with("a.txt", "text").with("large.gguf", HubTestCase.random(5000, 3));
    }

    @AfterEach
    void stop() {
        test.close();
    }

    private static String refusal(Executable action) {
        return String.valueOf(assertThrows(HubException.class, action).getMessage());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "401 | RepoNotFound     | there is no such repository, or it is private: is the name right? A private one needs a token",
                "401 | GatedRepo        | accept the terms at {hub}/some/model, make a token at {hub}/settings/tokens, set HF_TOKEN",
                "403 | GatedRepo        | accept the terms at {hub}/some/model",
                "403 | none             | access is forbidden; {hub}/some/model shows its terms",
                "404 | RepoNotFound     | there is no such repository; is the name right?",
                "404 | RevisionNotFound | there is no revision 'main'; {hub}/some/model/tree/main shows which there are",
                "418 | none             | {hub} did not answer as expected (418)"
            })
    void refusalSaysWhatItMeansAndWhatToDo(int status, String code, String expected) {
        test.hub.refuse(API, status, code);
        String message = refusal(test::list);
        assertTrue(message.startsWith("some/model: "), message);
        assertTrue(message.contains(expected.replace("{hub}", test.hub.address())), message);
        assertEquals(1, test.hub.requests().size(), "a refusal is not asked for again");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "401 | RepoNotFound | does not take the token of HF_TOKEN or the token file",
                "403 | GatedRepo    | with the account of the token",
                "404 | RepoNotFound | not shown to a token without access"
            })
    void refusalOfATokenSaysSoWithoutTheToken(int status, String code, String expected) {
        test.set("HF_TOKEN", TOKEN).hub.refuse(API, status, code);
        String message = refusal(test::list);
        assertTrue(message.contains(expected), message);
        assertFalse(message.contains(TOKEN), message);
    }

    @Test
    void gatedFileSaysWhichFile() {
        test.hub.refuse("/some/model/resolve", 403, "GatedRepo");
        String message = refusal(test::pull);
        assertTrue(message.startsWith("some/model: a.txt: its owner must let you in"), message);
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 500, 503})
    void hubThatStaysBusyIsGivenUpAfterAWhile(int status) {
        test.hub.refuse(API, status, "none");
        String message = refusal(test::list);
        assertEquals(
                "some/model: localhost answered %d (3 attempts); try again later".formatted(status),
                message);
        assertEquals(3, test.hub.requests().size());
    }

    @Test
    void hubThatIsNotThereIsSaid() throws IOException {
        int port;
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        test.set("HF_ENDPOINT", "http://localhost:" + port);
        assertEquals(
                "some/model: localhost cannot be reached; is there a network, or is https_proxy needed?"
                        + " (3 attempts); try again later",
                refusal(test::list));
    }

    @Test
    void tokenGoesToTheHubAndNowhereElse() {
        test.set("HF_TOKEN", TOKEN).pull();
        for (FakeHub.Request request : test.hub.requests()) {
            String expected = request.server().equals("hub") ? "Bearer " + TOKEN : "";
            assertEquals(expected, request.authorization(), request.toString());
        }
        assertTrue(test.hub.requests().stream().anyMatch(it -> it.server().equals("store")));
    }

    @Test
    void tokenFollowsARedirectWithinTheHub() {
        try (HubClient client = test.set("HF_TOKEN", TOKEN).client()) {
            HubListing listing =
                    client.list(new HubRepository("old", "name"), "main", test.news::add);
            assertEquals(2, listing.files().size());
        }
        assertEquals(2, test.hub.requests().size());
        test.hub.requests().forEach(it -> assertEquals("Bearer " + TOKEN, it.authorization()));
    }

    @Test
    void tokenIsReadFromTheFileThatLoggingInWrites() throws IOException {
        Files.createDirectories(home.resolve("hf"));
        Files.writeString(home.resolve("hf/token"), TOKEN + "\n");
        test.list();
        assertEquals("Bearer " + TOKEN, test.hub.requests().getFirst().authorization());
    }

    @Test
    void withoutATokenNothingIsSent() {
        test.list();
        assertEquals("", test.hub.requests().getFirst().authorization());
    }

    @Test
    void tokenThatCannotBeSentIsRefusedWithoutShowingIt() {
        test.set("HF_TOKEN", "hf_se cret");
        String message = refusal(test::list);
        assertTrue(message.contains("HF_TOKEN"), message);
        assertFalse(message.contains("cret"), message);
    }

    @Test
    void offlineSendsNothing() {
        test.set("HF_HUB_OFFLINE", "1");
        assertTrue(refusal(test::list).startsWith("HF_HUB_OFFLINE is set"));
        assertEquals(List.of(), test.hub.requests());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../../outside.txt",
                "/etc/passwd",
                "a/../../b",
                "a//b",
                "a/./b",
                "..",
                "a\u0000b",
                "folder/"
            })
    void fileThatWouldLieElsewhereIsRefused(String path) {
        test.hub.with(path, "evil");
        String message = refusal(test::list);
        assertTrue(message.contains("the hub's listing cannot be used: file '"), message);
        assertTrue(message.contains("is refused"), message);
    }

    @Test
    void listingThatIsNoneIsRefused() {
        for (String text :
                List.of("", "no", "[]", "{}", "{\"siblings\": 1}", "{\"siblings\": []}")) {
            String message =
                    refusal(() -> ListingReader.read(HubTestCase.REPOSITORY, "main", text));
            assertTrue(message.startsWith("some/model: the hub's listing cannot be used"), message);
        }
    }

    @Test
    void redirectToAWeakerOrOtherSchemeIsNotFollowed() {
        test.hub.redirect("/api", "ftp://localhost/x");
        assertTrue(
                refusal(test::list)
                        .contains("redirects to ftp://localhost, which is not followed"));
    }

    @Test
    void endlessRedirectsEnd() {
        test.hub.redirect("/api", "/api/again");
        assertTrue(refusal(test::list).contains("more than 5 redirects"));
    }
}
