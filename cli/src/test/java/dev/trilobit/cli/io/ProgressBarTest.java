package dev.trilobit.cli.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProgressBarTest {
    private static final long TOTAL = 2_000_000;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private long now = Long.MAX_VALUE - Duration.ofMillis(200).toNanos();

    private ProgressBar progress(StandardStream... terminals) {
        return progress("loading a-model", terminals).within(120);
    }

    private ProgressBar progress(String label, StandardStream... terminals) {
        var streams =
                new StandardStreams(
                        InputStream.nullInputStream(),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        Set.of(terminals));
        return new ProgressBar(label, ByteCount::text, streams, () -> now);
    }

    private void pass(int millis) {
        now += Duration.ofMillis(millis).toNanos();
    }

    private String drawn() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void quickLoadingShowsNothing() {
        try (var progress = progress(StandardStream.ERR)) {
            pass(499);
            progress.report(TOTAL / 2, TOTAL);
        }
        assertEquals("", drawn());
    }

    @Test
    void slowLoadingShowsABarAndWipesIt() {
        try (var progress = progress(StandardStream.ERR)) {
            pass(1000);
            progress.report(TOTAL / 2, TOTAL);
            assertTrue(
                    drawn().endsWith(
                                    "loading a-model [############------------] 50 % of 2.0 MB, 1 s left"),
                    drawn());
        }
        assertTrue(drawn().endsWith("\r\033[K"));
        assertEquals(0, out.size());
    }

    @Test
    void barIsDrawnAtMostTenTimesASecond() {
        try (var progress = progress(StandardStream.ERR)) {
            pass(500);
            for (int i = 0; i < 1000; i++) {
                progress.report(i, TOTAL);
                pass(1);
            }
        }
        assertEquals(10, drawn().split("loading", -1).length - 1);
    }

    @Test
    void nothingIsDrawnIntoAFile() {
        try (var progress = progress(StandardStream.IN, StandardStream.OUT)) {
            pass(5000);
            progress.report(TOTAL / 2, TOTAL);
        }
        assertEquals("", drawn());
    }

    @Test
    void timeLeftFollowsThePaceSoFar() {
        try (var progress = progress(StandardStream.ERR)) {
            pass(30_000);
            progress.report(0, 100);
            assertTrue(drawn().endsWith(" 0 % of 100 bytes"), drawn());
            pass(30_000);
            progress.report(1, 100, "so far 7");
            assertTrue(drawn().endsWith(" of 100 bytes, 1 h 39 min left; so far 7"), drawn());
            pass(60_000);
            progress.report(50, 100);
            assertTrue(drawn().endsWith(" of 100 bytes, 2 min 0 s left"), drawn());
        }
    }

    private ProgressBar fetching() {
        var streams =
                new StandardStreams(
                        InputStream.nullInputStream(),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        Set.of(StandardStream.ERR));
        return ProgressBar.fetching("a-model", streams, () -> now).within(120);
    }

    @Test
    void downloadShowsThePaceOfWhatCameNow() {
        try (var progress = fetching()) {
            // Half of it was there before.
            progress.report(500_000_000, 1_000_000_000);
            for (int second = 1; second <= 10; second++) {
                pass(1000);
                progress.report(500_000_000 + second * 10_000_000L, 1_000_000_000, "m.gguf");
            }
            assertTrue(drawn().endsWith(" 60 % of 1.0 GB, 10.0 MB/s, 40 s left; m.gguf"), drawn());
        }
    }

    @Test
    void downloadThatGotSlowShowsIt() {
        try (var progress = fetching()) {
            progress.report(0, 1_000_000_000);
            pass(1000);
            progress.report(100_000_000, 1_000_000_000);
            for (int second = 0; second < 60; second++) {
                pass(1000);
                progress.report(100_000_000 + second * 200_000L, 1_000_000_000);
            }
            assertTrue(drawn().endsWith("0.2 MB/s, 1 h 13 min left"), drawn());
        }
    }

    @Test
    void downloadWithoutAPaceYetShowsNone() {
        try (var progress = fetching()) {
            pass(1000);
            progress.report(700_000, TOTAL);
            assertTrue(drawn().endsWith("] 35 % of 2.0 MB"), drawn());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 20, 40, 60, 80, 100, 200})
    void barFitsIntoALineOfTheTerminal(int columns) {
        String label = "converting SmolLM2-135M-Instruct-with-a-long-name.Q4_1.gguf";
        try (var progress = progress(label, StandardStream.ERR).within(columns)) {
            pass(1000);
            progress.report(TOTAL / 2, TOTAL, "model-00001-of-00002.safetensors");
        }
        String line = drawn().substring("\r\033[K".length(), drawn().lastIndexOf('\r'));
        assertTrue(line.length() < columns || columns == 1, line);
        if (columns == 80) {
            assertEquals(
                    "converting...Q4_1.gguf [####----] 50 % of 2.0 MB, 1 s left; model-0...fetensors",
                    line);
        }
    }

    @Test
    void widthIsWhatTheUserSaysElseWhatTheLauncherSawElseUsual() {
        assertEquals(132, TerminalWidth.columns("132", "100"));
        assertEquals(100, TerminalWidth.columns("", "100"));
        assertEquals(100, TerminalWidth.columns("wide", "100"));
        assertEquals(80, TerminalWidth.columns("0", ""));
    }

    @Test
    void namesOfStrangersDoNotMoveTheCursor() {
        try (var progress = progress("loading \033[2J\n", StandardStream.ERR).within(120)) {
            pass(1000);
            progress.report(TOTAL / 2, TOTAL);
            assertTrue(drawn().contains("loading \\u001b[2J\\n ["), drawn());
        }
    }

    @Test
    void placesAreCalledByTheirLastName() {
        assertEquals("m.gguf", ProgressBar.nameOf("/some/where/m.gguf"));
        assertEquals("folder", ProgressBar.nameOf("../folder/"));
        assertEquals("embedded:bitnet", ProgressBar.nameOf("embedded:bitnet"));
        assertEquals("/", ProgressBar.nameOf("/"));
    }

    @Test
    void barMakesRoomForALineAndComesBack() {
        try (var progress = progress(StandardStream.ERR)) {
            pass(1000);
            progress.report(1, TOTAL);
            progress.clear();
            assertTrue(drawn().endsWith("\r\033[K"), drawn());
            progress.clear();
            assertEquals(2, drawn().split("\r", -1).length - 1, "wiped once");
            pass(1000);
            progress.report(2, TOTAL);
            assertTrue(drawn().endsWith(" left"), drawn());
        }
    }
}
