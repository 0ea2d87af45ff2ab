package dev.trilobit.cli.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HistoryFileTest {
    private static Path locate(String os, Map<String, String> environment) {
        return HistoryFile.locate(os, "/home/ada", environment);
    }

    @Test
    void stateFolderOfTheEnvironmentIsTaken() {
        assertEquals(
                Path.of("/state/trilobit/chat-history"),
                locate("Linux", Map.of("XDG_STATE_HOME", "/state")));
    }

    @Test
    void withoutOneItIsBelowTheHomeFolder() {
        assertEquals(
                Path.of("/home/ada/.local/state/trilobit/chat-history"), locate("Linux", Map.of()));
    }

    @Test
    void relativeStateFolderIsIgnoredAsTheSpecificationSays() {
        assertEquals(locate("Linux", Map.of()), locate("Linux", Map.of("XDG_STATE_HOME", "state")));
    }

    @Test
    void macHasItsOwnPlace() {
        assertEquals(
                Path.of("/home/ada/Library/Application Support/trilobit/chat-history"),
                locate("Mac OS X", Map.of("XDG_STATE_HOME", "/state")));
    }

    @Test
    void windowsHasItsOwnPlace() {
        assertEquals(
                Path.of("/local/trilobit/chat-history"),
                locate("Windows 11", Map.of("LOCALAPPDATA", "/local")));
    }
}
