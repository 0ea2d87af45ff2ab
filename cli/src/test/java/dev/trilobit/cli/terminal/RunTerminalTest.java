package dev.trilobit.cli.terminal;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run as a person sees it, in a pseudo-terminal. */
class RunTerminalTest {
    private static final String ENDLESS = "--logit-bias=0=-Infinity";
    private static final int ATTEMPTS = 5;

    @TempDir private Path folder;

    private String runAndInterrupt(Path socketFolder) throws IOException, InterruptedException {
        List<String> arguments = List.of("run", "--max-tokens=500", ENDLESS, "Once upon a time");
        try (var terminal = TerminalSession.startTrilobit(socketFolder, arguments)) {
            terminal.await("text", screen -> screen.lines().anyMatch(RunTerminalTest::isText));
            terminal.press("C-c");
            return terminal.await("end", screen -> screen.contains("left with"));
        }
    }

    private static boolean isText(String line) {
        return line.length() > 40 && !line.startsWith("WARNING");
    }

    @Test
    void interruptEndsTheRunWithItsCode() throws IOException, InterruptedException {
        assumeTrue(TerminalSession.isPossible(), "tmux is not installed: no pseudo-terminal");
        String screen = "";
        // A fast machine may be done before the key is pressed.
        for (int i = 0; i < ATTEMPTS && !screen.endsWith("left with 130"); i++) {
            Path socketFolder = folder.resolve(String.valueOf(i));
            Files.createDirectories(socketFolder);
            screen = runAndInterrupt(socketFolder);
        }
        assertTrue(screen.endsWith("left with 130"), screen);
    }
}
