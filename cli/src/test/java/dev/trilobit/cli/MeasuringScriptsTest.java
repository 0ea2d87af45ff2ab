package dev.trilobit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The scripts that judge figures, with a program that only prints figures. */
class MeasuringScriptsTest {
    private static final Path SCRIPTS = Path.of("..", "bench").toAbsolutePath().normalize();

    /** At depth 0 a token takes 10 ms, at 4096 - 128 it takes 1/PACE. */
    private static final String BENCH =
            """
            #!/bin/sh
            cat <<END
            {"model": "m", "activations": "float",
             "where": {"processor": "p", "java": "25", "date": "d", "version": "v", "command": "c"},
             "runs": [{"threads": "1", "cache_type": "f32", "memory_bytes": MEMORY,
               "memory_kind": "peak RSS", "memory_bound_bytes": 200000000,
               "logits_compared": 9, "logits_differing_positions": DIFFERING, "results": [
                {"kind": "generate", "tokens": 1, "depth": 0, "tokens_per_second": 100,
                 "allocated_bytes_per_token": 0},
                {"kind": "generate", "tokens": 1, "depth": 4096, "tokens_per_second": PACE,
                 "allocated_bytes_per_token": 0},
                {"kind": "step", "tokens": 2, "depth": 0, "cost_in_single_steps": 1.2},
                {"kind": "step", "tokens": 4, "depth": 0, "cost_in_single_steps": 1.5},
                {"kind": "step", "tokens": 8, "depth": 0, "cost_in_single_steps": 1.8}]}]}
            END
            """;

    private static final String HEADS =
            """
            #!/bin/sh
            case $1 in
                convert) echo '{"formats": [{"to": "q8_0", "bytes": 2000000,
                    "bits_per_weight": 8.5}, {"to": "f32", "bytes": 9, "bits_per_weight": 32}]}'
                    : > "$3" ;;
                compare) echo '{"kl_a_b": {"mean": 2e-5, "max": 1e-4}, "kl_b_a": {"mean": 3e-5},
                    "top1": 0.99, "tokens": 256, "perplexity_a": {"value": 5.0},
                    "perplexity_b": {"value": 5.1}}' ;;
            esac
            """;

    @TempDir private Path folder;

    @BeforeEach
    void needsPython() {
        assumeTrue(
                Arrays.stream(String.valueOf(System.getenv("PATH")).split(":", -1))
                        .anyMatch(place -> Files.isExecutable(Path.of(place, "python3"))),
                "there is no python3 on the PATH");
    }

    private String run(int code, String script, String program, String... more)
            throws IOException, InterruptedException {
        Path file = Files.writeString(folder.resolve("trilobit"), program);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        var command =
                new ArrayList<String>(
                        List.of(SCRIPTS.resolve(script).toString(), "--trilobit=" + file));
        command.addAll(List.of(more));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(code, process.waitFor(), out);
        return out;
    }

    private static String bench(String memory, String differing, String pace) {
        return BENCH.replace("MEMORY", memory)
                .replace("DIFFERING", differing)
                .replace("PACE", pace);
    }

    private static String row(String out, String bound) {
        return out.lines()
                .filter(line -> line.contains("| " + bound + " |"))
                .findFirst()
                .orElse("");
    }

    @Test
    void everyBoundIsToldWithItsFigure() throws Exception {
        String out = run(1, "bounds", bench("150000000", "[]", "80"), "--model=m");
        assertTrue(row(out, "cost2").endsWith("| 1.20 | 1.35 | yes |"), out);
        assertTrue(row(out, "cost4").endsWith("| 1.50 | 1.35 | NO |"), out);
        assertTrue(row(out, "cost8").endsWith("| 1.80 | 1.80 | yes |"), out);
        // 10 ms without context, 12.5 ms with 4096 tokens: a fifth of them.
        assertTrue(row(out, "attention").endsWith("| 20.0% | 25.0% | yes |"), out);
        assertTrue(row(out, "memory").endsWith("| 150.0 | 200.0 | yes |"), out);
        assertTrue(row(out, "allocation").endsWith("| 0 | 15 | yes |"), out);
        assertTrue(row(out, "logits").endsWith("| 0 | 0 | yes |"), out);
        assertTrue(out.contains("bounds: threads 1: cost4: 1.50, at most 1.35"), out);
    }

    @Test
    void onlyRequiredBoundsFail() throws Exception {
        String out =
                run(
                        0,
                        "bounds",
                        bench("150000000", "[]", "50"),
                        "--model=m",
                        "--require=memory,allocation,logits");
        assertTrue(row(out, "attention").endsWith("| 50.0% | 25.0% | no (not required) |"), out);
        run(1, "bounds", bench("200000001", "[]", "80"), "--model=m", "--require=memory");
        run(1, "bounds", bench("1", "[7]", "80"), "--model=m", "--require=logits");
        run(0, "bounds", bench("200000001", "[7]", "80"), "--model=m", "--require=none");
        assertTrue(
                run(2, "bounds", bench("1", "[]", "80"), "--model=m", "--require=speed")
                        .contains("--require: expected some of cost2"));
    }

    @Test
    void aProgramWithoutAReportIsTold() throws Exception {
        String broken =
                """
                #!/bin/sh
                echo no such model >&2
                exit 1
                """;
        String out = run(1, "bounds", broken, "--model=m");
        assertEquals("bounds: trilobit bench: exit code 1: no such model\n", out);
    }

    @Test
    void headsAreToldWithBytesAndDivergence() throws Exception {
        String out =
                run(
                        0,
                        "heads",
                        HEADS,
                        "--model=m",
                        "--to=gguf-q1_0",
                        "--heads=q8_0",
                        "--max-kl=q8_0=4e-5");
        assertTrue(
                out.contains("| q8_0 | 2.00 | 8.5 | 2e-05 | 3e-05 | 0.0001 | 99.00 % | 5.1000 |"),
                out);
        assertTrue(out.contains("256 tokens"), out);
    }

    @Test
    void aHeadThatCostsMoreThanAllowedFails() throws Exception {
        String out =
                run(
                        1,
                        "heads",
                        HEADS,
                        "--model=m",
                        "--to=gguf-q1_0",
                        "--heads=q8_0",
                        "--max-kl=q8_0=2.5e-5");
        assertTrue(out.contains("head q8_0: mean KL of 3e-05, at most 2.5e-05 allowed"), out);
        assertFalse(out.contains("Traceback"), out);
    }
}
