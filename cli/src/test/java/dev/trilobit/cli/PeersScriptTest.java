package dev.trilobit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.trilobit.model.file.GgufFile;
import dev.trilobit.model.file.ModelFolder;
import dev.trilobit.model.file.ModelFolders;
import dev.trilobit.model.file.StoredTensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The scripts that run other engines, with engines that only print figures. */
class PeersScriptTest {
    private static final Path SCRIPTS = Path.of("..", "bench").toAbsolutePath().normalize();

    /** Each call prints the next of three paces. */
    private static final String OURS =
            """
            #!/bin/sh
            echo "trilobit $*" >> "${0%/*}/calls"
            n=$(grep -c trilobit "${0%/*}/calls")
            pace=$(echo "30 50 40" | cut -d ' ' -f "$n")
            cat <<END
            {"backend": "cpu-vector", "activations": "int8-per-group in 2 layers",
             "where": {"processor": "a processor", "java": "25", "version": "1", "commit": "abc"},
             "runs": [{"logits": "equal", "cache_type": "f16", "read_bytes_per_second": 40e9, "results": [
              {"test": "tg8", "tokens_per_second": $pace, "bytes_per_second": 30e9}]}]}
            END
            """;

    private static final String THEIRS =
            """
            #!/bin/sh
            echo "peer $*" >> "${0%/*}/calls"
            echo "loading"
            echo '[{"n_prompt": 0, "n_gen": 8, "avg_ts": 25.0}]'
            """;

    private static final String BROKEN =
            """
            #!/bin/sh
            echo "reading" >&2
            echo "unknown model" >&2
            exit 1
            """;

    @TempDir private Path folder;

    @BeforeEach
    void needsPython() {
        assumeTrue(
                Arrays.stream(String.valueOf(System.getenv("PATH")).split(":", -1))
                        .anyMatch(place -> Files.isExecutable(Path.of(place, "python3"))),
                "there is no python3 on the PATH");
    }

    private String program(String name, String script) throws IOException {
        Path file = Files.writeString(folder.resolve(name), script);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        return file.toString();
    }

    private static String run(String script, String... arguments)
            throws IOException, InterruptedException {
        return run(0, script, arguments);
    }

    private static String run(int code, String script, String... arguments)
            throws IOException, InterruptedException {
        var command = new ArrayList<String>(List.of(SCRIPTS.resolve(script).toString()));
        command.addAll(List.of(arguments));
        Process process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(code, process.waitFor(), out);
        return out;
    }

    private String peers(String... more) throws IOException, InterruptedException {
        return peers(0, more);
    }

    private String peers(int code, String... more) throws IOException, InterruptedException {
        var arguments =
                new ArrayList<String>(
                        List.of(
                                "--model=m.gguf",
                                "--trilobit=" + program("ours", OURS),
                                "--llama-bench=" + program("theirs", THEIRS),
                                "--prompt-tokens=0",
                                "--gen-tokens=8",
                                "--threads=2",
                                "--repetitions=3"));
        arguments.addAll(List.of(more));
        return run(code, "peers", arguments.toArray(String[]::new));
    }

    @Test
    void mediansRatioAndBandwidthAreTold() throws Exception {
        List<String> row = List.of(peers().lines().toList().get(2).split(" *\\| *", -1));
        assertEquals(
                List.of(
                        "tg8",
                        "2",
                        "40.00 (30.00 to 50.00)",
                        "25.00 (25.00 to 25.00)",
                        "1.60",
                        "30.0",
                        "40.0",
                        "75 %"),
                row.subList(1, row.size() - 1));
    }

    @Test
    void enginesTakeTurns() throws Exception {
        peers();
        List<String> who =
                Files.readAllLines(folder.resolve("calls")).stream()
                        .map(line -> line.substring(0, line.indexOf(' ')))
                        .toList();
        assertEquals(List.of("trilobit", "peer", "trilobit", "peer", "trilobit", "peer"), who);
    }

    @Test
    void logitsAreComparedInTheFirstTurn() throws Exception {
        peers();
        List<Boolean> unchecked =
                Files.readAllLines(folder.resolve("calls")).stream()
                        .filter(line -> line.startsWith("trilobit"))
                        .map(line -> line.contains("--no-check"))
                        .toList();
        assertEquals(List.of(false, true, true), unchecked);
    }

    @Test
    void anEngineThatFailsGetsNoFigure() throws Exception {
        String out = peers(1, "--ik-llama-bench=" + program("broken", BROKEN));
        assertTrue(out.contains("ik_llama.cpp failed in turn 1: exit code 1: unknown model"), out);
        assertTrue(out.lines().toList().get(2).contains("| - | 1.60 |"), out);
    }

    @Test
    void anEngineThatFailsInTheSecondTurnKeepsNoFigure() throws Exception {
        String later =
                """
                #!/bin/sh
                [ -e "$0.ran" ] && { echo gone >&2; exit 1; }
                : > "$0.ran"
                echo '[{"n_prompt": 0, "n_gen": 8, "avg_ts": 99.0}]'
                """;
        String out = peers(1, "--ik-llama-bench=" + program("later", later));
        assertTrue(out.contains("ik_llama.cpp failed in turn 2: exit code 1: gone"), out);
        assertFalse(out.contains("99.0"), out);
        // Against the other peer, not the one that stopped.
        assertTrue(out.lines().toList().get(2).contains("| - | 1.60 |"), out);
    }

    @Test
    void whatIsNoJsonIsToldAndTheTableStays() throws Exception {
        String odd =
                """
                #!/bin/sh
                echo '[info] loading'
                echo '[{"n_prompt": 0}]'
                """;
        String out = peers(1, "--ik-llama-bench=" + program("odd", odd));
        assertTrue(out.contains("ik_llama.cpp failed in turn 1: KeyError"), out);
        assertTrue(out.lines().toList().get(2).contains("40.00"), out);
    }

    @Test
    void logLinesWithBracketsAreNoFigures() throws Exception {
        String logging =
                """
                #!/bin/sh
                echo '[info] loading'
                echo '[{"n_prompt": 0, "n_gen": 8, "avg_ts": 20.0}]'
                """;
        assertTrue(peers("--ik-llama-bench=" + program("logging", logging)).contains("20.00"));
    }

    @Test
    void rowsComeWithRulesFilesCommandAndDate() throws Exception {
        String out = peers("--llama-model=" + Files.writeString(folder.resolve("p.gguf"), "12345"));
        for (String fact :
                List.of(
                        "cpu-vector; activations int8-per-group in 2 layers; cache f16",
                        "llama.cpp: p.gguf, 0.0 MB;",
                        "a processor",
                        "commit abc",
                        "bench/peers --model=m.gguf")) {
            assertTrue(out.contains(fact), out);
        }
        assertTrue(Pattern.compile("- \\d{4}-\\d\\d-\\d\\dT").matcher(out).find(), out);
    }

    @Test
    void anEngineWithoutThreadsIsInNoRatio() throws Exception {
        String mlx =
                """
                #!/bin/sh
                echo 'prompt_tps=1.0, generation_tps=77.0'
                """;
        String out = peers("--mlx=" + program("python", mlx), "--mlx-model=" + folder);
        List<String> lines = out.lines().toList();
        assertTrue(lines.get(2).contains("| 2 | 40.00 (30.00 to 50.00) |"), out);
        assertTrue(lines.get(2).contains("| - | 1.60 |"), out);
        assertTrue(lines.get(3).startsWith("| tg8 | its own | - | - | 77.00"), out);
        assertTrue(lines.get(3).contains("| - | - | - | - |"), out);
    }

    @Test
    void aModelWithoutItsEngineIsAMistake() throws Exception {
        assertEquals("", peers(2, "--bitnet-model=x.gguf"));
    }

    @Test
    void aFileIsNeverOverwritten() throws Exception {
        Path file = Files.writeString(folder.resolve("a.gguf"), "GGUF and no more");
        assertEquals("", run(1, "peer-gguf", file.toString(), file.toString()));
        assertEquals("GGUF and no more", Files.readString(file));
        Path target = folder.resolve("b.gguf");
        assertEquals("", run(1, "peer-gguf", file.toString(), target.toString()));
        try (var left = Files.list(folder)) {
            assertEquals(List.of(file), left.toList());
        }
    }

    @Test
    void filesForPeersHaveTheSameTensorsAndATokenizerEntry() throws Exception {
        Path own = folder.resolve("own.gguf");
        Path theirs = folder.resolve("theirs.gguf");
        CommandRun convert =
                CommandRun.of("convert", "embedded:binary", own.toString(), "--to=gguf-q1_0");
        assertEquals(0, convert.code(), convert.err());
        run("peer-gguf", own.toString(), theirs.toString(), "--architecture", "other");
        try (ModelFolder one = ModelFolders.open(own);
                ModelFolder two = ModelFolders.open(theirs)) {
            GgufFile before = GgufFile.find(one).orElseThrow();
            GgufFile after = GgufFile.find(two).orElseThrow();
            assertEquals(Optional.of("other"), after.metadata().string("general.architecture"));
            assertTrue(after.metadata().string("tokenizer.ggml.model").isPresent());
            assertEquals(
                    List.copyOf(before.tensors().keySet()), List.copyOf(after.tensors().keySet()));
            before.tensors()
                    .forEach(
                            (name, tensor) -> {
                                StoredTensor copy = after.tensors().get(name);
                                assertEquals(tensor.shape(), copy.shape());
                                assertEquals(-1, tensor.bytes().mismatch(copy.bytes()), name);
                            });
        }
    }
}
