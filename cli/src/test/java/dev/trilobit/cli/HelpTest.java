package dev.trilobit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class HelpTest {
    private static final List<String> COMMANDS =
            List.of(
                    "run",
                    "chat",
                    "backends",
                    "inspect",
                    "pull",
                    "tokens",
                    "convert",
                    "synth",
                    "logits",
                    "perplexity",
                    "compare",
                    "bench",
                    "conform",
                    "completion");

    static List<String> commands() {
        return COMMANDS;
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyCommandTeachesByExamples(String command) {
        CommandRun run = CommandRun.of(command, "--help");
        assertEquals(0, run.code());
        assertEquals("", run.err());
        assertTrue(run.out().startsWith("Usage: trilobit " + command), run.out());
        assertTrue(run.out().contains("Examples:\n  "), run.out());
    }

    @Test
    void helpOfTheProgramListsEveryCommandAndTheExitCodes() {
        CommandRun run = CommandRun.of("--help");
        assertEquals(0, run.code());
        for (String command : COMMANDS) {
            assertTrue(run.out().contains("\n  " + command + " "), command);
        }
        assertTrue(run.out().contains("130"), run.out());
        assertTrue(run.out().contains("TRILOBIT_CLASS_PATH"), run.out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--version", "-V"})
    void versionNamesProgramAndJava(String option) {
        CommandRun run = CommandRun.of(option);
        assertEquals(0, run.code());
        assertTrue(run.out().startsWith("trilobit "), run.out());
        assertTrue(run.out().contains("Java " + Runtime.version()), run.out());
    }

    @Test
    void helpIsWithoutColoursInAPipe() {
        assertEquals(-1, CommandRun.of("run", "--help").out().indexOf('\033'));
    }

    @Test
    void completionScriptIsValidBashThatKnowsEveryCommand(@TempDir Path folder)
            throws IOException, InterruptedException {
        CommandRun run = CommandRun.of("completion", "bash");
        assertEquals(0, run.code());
        assertEquals(run.out(), CommandRun.of("completion", "zsh").out());
        for (String command : COMMANDS) {
            assertTrue(run.out().contains(command), command);
        }
        Path script = Files.writeString(folder.resolve("completion"), run.out());
        Assumptions.assumeTrue(Files.exists(Path.of("/bin/bash")), "bash is not installed");
        Process check = new ProcessBuilder("/bin/bash", "-n", script.toString()).start();
        assertEquals(0, check.waitFor());
    }
}
