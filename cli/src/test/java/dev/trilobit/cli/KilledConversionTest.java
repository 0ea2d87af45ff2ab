package dev.trilobit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that is stopped while it writes leaves no half model. */
class KilledConversionTest {
    private static final int PATIENCE_SECONDS = 60;

    @TempDir private Path folder;

    private List<String> names() throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    /** Starts to write three gigabytes, and waits until some of it is there. */
    private Process startWriting() throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(
                                ProcessHandle.current().info().command().orElse("java"),
                                "--add-modules",
                                "jdk.incubator.vector",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Trilobit.class.getName(),
                                "synth",
                                "--shape=bitnet-large",
                                "--type=hf-f32",
                                folder.resolve("m").toString())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        for (int i = 0; i < PATIENCE_SECONDS * 20; i++) {
            if (names().stream().anyMatch(name -> name.endsWith(".part"))) {
                return process;
            }
            assertTrue(process.isAlive(), "the process ended before it wrote");
            Thread.sleep(50);
        }
        process.destroyForcibly();
        throw new AssertionError("nothing was written within a minute");
    }

    @Test
    void interruptedProcessLeavesNothing() throws IOException, InterruptedException {
        Process process = startWriting();
        process.destroy();
        process.waitFor();
        assertEquals(List.of(), names());
    }

    @Test
    void killedProcessLeavesNothingThatLooksLikeAModelAndTheNextOneTidiesUp()
            throws IOException, InterruptedException {
        Process process = startWriting();
        long pid = process.pid();
        process.destroyForcibly();
        process.waitFor();
        List<String> left = names();
        assertEquals(1, left.size(), left.toString());
        String remains = "\\.m\\.%d\\.\\d+\\.[0-9a-f]{8}\\.part".formatted(pid);
        assertTrue(left.getFirst().matches(remains), left.toString());
        CommandRun next =
                CommandRun.of(
                        "convert",
                        "embedded:binary",
                        folder.resolve("m").toString(),
                        "--to=mlx-1bit");
        assertEquals(0, next.code(), next.err());
        assertEquals(List.of("m"), names());
    }
}
