package dev.trilobit.cli.bench.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.cli.bench.measure.Provenance;
import dev.trilobit.cli.bench.measure.Samples;
import dev.trilobit.cli.bench.table.ReportFormat;
import dev.trilobit.cli.io.CommandFailedException;
import dev.trilobit.cli.io.StandardStreams;
import dev.trilobit.model.arch.ActivationChoice;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Expected numbers are worked out by hand. */
class KernelTableTest {
    private static final MatrixChain MATRIX = MatrixChain.parse("100x1000").getFirst();
    private static final KernelFormat ONE =
            KernelFormat.parse("1", List.of(128), ActivationChoice.FLOAT).getFirst();
    private static final KernelFormat AFFINE =
            KernelFormat.parse("1", List.of(128), ActivationChoice.FLOAT).get(1);
    private static final KernelTimer TIMER = new KernelTimer(2, 0.001, 0.001);

    @TempDir private Path folder;

    private static KernelResult result(
            String engine, KernelFormat format, int m, long bytes, double... micros) {
        var seconds = Arrays.stream(micros).mapToObj(us -> us / 1e6).toList();
        return new KernelResult(
                new KernelResult.Engine(engine, "2"),
                new KernelCase(format, MATRIX, m),
                3,
                bytes,
                new Samples(seconds));
    }

    private static String print(ReportFormat format, KernelResult... results) {
        var out = new ByteArrayOutputStream();
        var print = new PrintStream(out, true, StandardCharsets.UTF_8);
        var where =
                new Provenance(
                        Instant.EPOCH,
                        "trilobit bench kernels",
                        new Provenance.Build("0.1", "abc"),
                        new Provenance.Machine("a processor", 2, "a system", "25"));
        new KernelTable(where, Map.of("2", 45e9), List.of(results), List.of("a note"))
                .print(
                        format,
                        new StandardStreams(
                                new ByteArrayInputStream(new byte[0]), print, print, Set.of()));
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void speedUpIsOverTheSameEnginesDenseMatrix() {
        String csv =
                print(
                        ReportFormat.CSV,
                        result("a", ONE, 1, 14_000, 20, 10, 30),
                        result("a", KernelFormat.BASELINE, 1, 200_000, 100),
                        result("b", KernelFormat.BASELINE, 1, 200_000, 999),
                        result("a", ONE, 32, 14_000, 40));
        List<String> lines = csv.lines().toList();
        int column = List.of(lines.getFirst().split(",")).indexOf("speed_up_over_bf16");
        assertEquals(
                List.of("5.0", "1.0", "1.0", ""),
                lines.stream().skip(1).map(line -> line.split(",", -1)[column]).toList());
        assertTrue(lines.get(1).contains(",2,a system,25"), csv);
    }

    @Test
    void ratesAreThoseOfTheMedian() {
        KernelResult one = result("a", ONE, 32, 14_000, 20, 10, 30);
        assertEquals(14_000 / 20e-6, one.bytesPerSecond(), 1);
        assertEquals(100_000 / 20e-6, one.weightsPerSecond(), 1);
        assertEquals(32 * 100_000 / 20e-6, one.multiplicationsPerSecond(), 1);
        assertEquals(1.12, one.bitsPerWeight(), 1e-12);
    }

    @Test
    void tableTellsTheMachineAndTheBandwidth() {
        String table = print(ReportFormat.TABLE, result("a", ONE, 1, 14_000, 20));
        assertTrue(table.contains("binary-g128"), table);
        assertTrue(table.contains("machine: a processor; 2 processors; a system; Java 25"), table);
        assertTrue(table.contains("1970-01-01T00:00:00Z; Trilobit 0.1, commit abc;"), table);
        assertTrue(table.contains("threads 2: READ 45.0 GB/s"), table);
        // 14,000 bytes in 20 us are 0.7 GB/s.
        assertTrue(table.contains("  2 %  "), table);
        assertTrue(table.contains("a note"), table);
        assertFalse(table.contains("mlx"), table);
        String json = print(ReportFormat.JSON, result("a", ONE, 1, 14_000, 20));
        assertTrue(json.contains("\"microseconds\" : 20"), json);
    }

    private String python(String script) throws IOException {
        Path file = Files.writeString(folder.resolve("python"), "#!/bin/sh\n" + script);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        return file.toString();
    }

    @Test
    void figuresOfMlxComeWithItsVersion() throws IOException {
        String answer =
                "{\"version\":\"1.2\",\"results\":[{\"bytes\":16000,\"seconds\":[0.5,0.25]}]}";
        String python = python("cat > " + folder.resolve("in") + "\necho '" + answer + "'\n");
        List<KernelResult> results =
                new MlxKernels(python, TIMER)
                        .time(List.of(new KernelCase(AFFINE, MATRIX, 7)), _ -> 4);
        assertEquals("mlx 1.2", results.getFirst().engine().name());
        assertEquals("-", results.getFirst().engine().threads());
        assertTrue(print(ReportFormat.TABLE, results.getFirst()).contains("mlx: threads of"));
        assertEquals(16000, results.getFirst().bytes());
        assertEquals(List.of(0.5, 0.25), results.getFirst().seconds().values());
        String asked = Files.readString(folder.resolve("in"));
        for (String part :
                List.of("\"bits\":1", "\"group\":128", "\"m\":7", "\"copies\":4", "[[100,1000]]")) {
            assertTrue(asked.contains(part), asked);
        }
    }

    @Test
    void pythonThatFailsIsNamed() throws IOException {
        var mlx = new MlxKernels(python("cat > /dev/null; exit 3\n"), TIMER);
        var cases = List.of(new KernelCase(AFFINE, MATRIX, 1));
        var e = assertThrows(CommandFailedException.class, () -> mlx.time(cases, _ -> 1));
        assertTrue(String.valueOf(e.getMessage()).contains("left with 3"), e.getMessage());
        var missing = new MlxKernels(folder.resolve("none").toString(), TIMER);
        assertThrows(CommandFailedException.class, () -> missing.require());
    }

    @Test
    void mlxHasAffineAndSixteenBitMatrices() {
        List<String> known =
                KernelFormat.parse("1,2,ternary,16,q8_0", List.of(64), ActivationChoice.FLOAT)
                        .stream()
                        .map(format -> new KernelCase(format, MATRIX, 1))
                        .filter(MlxKernels::has)
                        .map(one -> one.format().label())
                        .toList();
        assertEquals(List.of("binary-affine-g64", "affine2-g64", "bf16", "f16"), known);
    }
}
