package dev.trilobit.model.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HubEnvironmentTest {
    private static HubEnvironment of(String... pairs) {
        Map<String, String> variables = new HashMap<>();
        for (String pair : pairs) {
            int equals = pair.indexOf('=');
            variables.put(pair.substring(0, equals), pair.substring(equals + 1));
        }
        return HubEnvironment.of(variables, Path.of("/home/me"));
    }

    @Test
    void cacheFolderFollowsThePrecedenceOfOtherPrograms() {
        assertEquals(Path.of("/home/me/.cache/huggingface/hub"), of().cacheFolder());
        assertEquals(Path.of("/x/huggingface/hub"), of("XDG_CACHE_HOME=/x").cacheFolder());
        assertEquals(Path.of("/h/hub"), of("XDG_CACHE_HOME=/x", "HF_HOME=/h").cacheFolder());
        assertEquals(Path.of("/old"), of("HF_HOME=/h", "HUGGINGFACE_HUB_CACHE=/old").cacheFolder());
        assertEquals(
                Path.of("/new"),
                of("HF_HOME=/h", "HUGGINGFACE_HUB_CACHE=/old", "HF_HUB_CACHE=/new").cacheFolder());
    }

    @ParameterizedTest
    @CsvSource({
        "~/models, /home/me/models",
        "~, /home/me",
        "$ROOT/models, /data/models",
        "${ROOT}/x$ROOT, /data/x/data",
        "$UNKNOWN/models, $UNKNOWN/models",
        "a~b, a~b"
    })
    void variablesAndTildesInPathsAreExpanded(String value, String expected) {
        assertEquals(Path.of(expected), of("ROOT=/data", "HF_HUB_CACHE=" + value).cacheFolder());
    }

    @Test
    void emptyVariableCountsAsAbsent() {
        assertEquals(Path.of("/home/me/.cache/huggingface/hub"), of("HF_HOME=").cacheFolder());
    }

    @Test
    void tokenOfTheNewVariableGoesFirst() {
        assertEquals("new", of("HF_TOKEN= new ", "HUGGING_FACE_HUB_TOKEN=old").token().orElse(""));
        assertEquals("old", of("HUGGING_FACE_HUB_TOKEN=old").token().orElse(""));
        assertTrue(of("HF_TOKEN=x", "HF_HUB_DISABLE_IMPLICIT_TOKEN=1").token().isEmpty());
        assertEquals(Path.of("/t/file"), of("HF_TOKEN_PATH=/t/file", "HF_HOME=/h").tokenFile());
        assertEquals(Path.of("/h/token"), of("HF_HOME=/h").tokenFile());
    }

    @ParameterizedTest
    @CsvSource({"1, true", "ON, true", "yes, true", "TRUE, true", "0, false", "'', false"})
    void offlineIsWhatOtherProgramsTakeForYes(String value, boolean offline) {
        assertEquals(offline, of("HF_HUB_OFFLINE=" + value).offline());
        assertEquals(offline, of("TRANSFORMERS_OFFLINE=" + value).offline());
    }

    @Test
    void endpointLosesItsLastSlash() {
        assertEquals("https://huggingface.co", of().endpoint().toString());
        assertEquals(
                "https://hub.example/mirror",
                of("HF_ENDPOINT=https://hub.example/mirror/").endpoint().toString());
        assertEquals(
                "http://localhost:8",
                of("HF_ENDPOINT=x").withEndpoint("http://localhost:8").endpoint().toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hub.example",
                "ftp://hub",
                "https://",
                "a b",
                "https://h/?x",
                "https://u@h"
            })
    void endpointThatIsNoneIsRefused(String value) {
        var e = assertThrows(HubException.class, () -> of("HF_ENDPOINT=" + value).endpoint());
        assertTrue(String.valueOf(e.getMessage()).contains("HF_ENDPOINT"), e.getMessage());
    }
}
