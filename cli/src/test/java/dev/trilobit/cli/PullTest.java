package dev.trilobit.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Timeout(120)
class PullTest {
    @TempDir private Path folder;

    private static CommandRun pull(SmallHub hub, String... arguments) {
        String[] all = new String[arguments.length + 3];
        all[0] = "pull";
        all[1] = "--endpoint";
        all[2] = hub.address();
        System.arraycopy(arguments, 0, all, 3, arguments.length);
        return CommandRun.of(all);
    }

    private static JsonNode json(CommandRun run) {
        assertEquals(0, run.code(), run.err());
        return JsonMapper.shared().readTree(run.out());
    }

    @Test
    void modelIsFetchedAndRunByItsName() throws IOException {
        ModelCopy.of("binary", folder);
        Files.writeString(folder.resolve("README.md"), "hello");
        try (var hub = new SmallHub("test/stories", folder)) {
            CommandRun before = CommandRun.of("run", "--model", "test/stories", "Once");
            assertEquals(2, before.code());
            assertTrue(
                    before.err().contains("fetch it with: trilobit pull test/stories"),
                    before.err());
            assertEquals(1, before.err().lines().count());

            CommandRun pulled = pull(hub, "test/stories");
            assertEquals(0, pulled.code(), pulled.err());
            assertEquals(hub.snapshot() + "\n", pulled.out());
            List<String> err = pulled.err().lines().toList();
            assertTrue(
                    err.getFirst()
                            .matches(
                                    "test/stories: taking \\d files, .* MB: MLX folder, 1-bit weights"),
                    pulled.err());
            assertTrue(
                    err.getLast()
                            .matches(
                                    "fetched \\d files, .*; try: trilobit run --model test/stories \"Hello\""),
                    pulled.err());
            assertFalse(Files.exists(hub.snapshot().resolve("README.md")));

            String[] run = {
                "run", "-t", "0", "-n", "8", "--json", "--model", "", "Once upon a time"
            };
            run[7] = "test/stories";
            JsonNode byName = json(CommandRun.of(run));
            assertEquals("test/stories", byName.get("model").asString());
            run[7] = "embedded:binary";
            assertEquals(json(CommandRun.of(run)).get("text"), byName.get("text"));
            JsonNode inspected =
                    json(CommandRun.of("inspect", "--json", "test/stories@main:model.safetensors"));
            assertEquals("qwen3", inspected.get("architecture").asString());
        }
    }

    @Test
    void jsonTellsWhatWasFetchedAndWhy() throws IOException {
        ModelCopy.of("bitnet", folder);
        Files.writeString(folder.resolve("m-TL1.gguf"), "GGUF");
        try (var hub = new SmallHub("test/json", folder)) {
            CommandRun run = pull(hub, "--json", "test/json");
            assertEquals("", run.err());
            JsonNode object = json(run);
            assertEquals("test/json", object.get("repository").asString());
            assertEquals("main", object.get("revision").asString());
            assertEquals(SmallHub.COMMIT, object.get("commit").asString());
            assertEquals("safetensors, packed ternary weights", object.get("reason").asString());
            assertEquals(hub.snapshot().toString(), object.get("path").asString());
            assertEquals(object.get("bytes"), object.get("fetched_bytes"));
            assertTrue(object.get("files").get(0).get("fetched").asBoolean());
            assertEquals(64, object.get("files").get(0).get("sha256").asString().length());
            assertEquals("m-TL1.gguf", object.get("others").get(0).get("path").asString());
            assertFalse(object.get("others").get(0).get("runs").asBoolean());
            JsonNode again = json(pull(hub, "--json", "test/json"));
            assertEquals(0, again.get("fetched_bytes").asLong());
        }
    }

    @Test
    void sizesThatAreNotListedAreCountedWhenTheyAreKnown() throws IOException {
        Files.write(folder.resolve("m-Q1_0.gguf"), new byte[5]);
        try (var hub = new SmallHub("test/sizes", folder)) {
            hub.listNoSizes();
            CommandRun run = pull(hub, "test/sizes");
            assertEquals(0, run.code(), run.err());
            assertTrue(run.err().contains("taking 1 file of unknown size"), run.err());
            assertTrue(run.err().contains("fetched 1 file, 5 bytes in"), run.err());
            hub.forget();
            JsonNode object = json(pull(hub, "--json", "test/sizes"));
            assertEquals(5, object.get("fetched_bytes").asLong());
            assertEquals(5, object.get("files").get(0).get("size").asLong());
            assertTrue(object.get("files").get(0).get("fetched").asBoolean());
        }
    }

    @Test
    void addressThatIsNoneIsAMistakeInTheCommand() {
        CommandRun run = CommandRun.of("pull", "--endpoint", "ftp://x", "test/none");
        assertEquals(2, run.code(), run.err());
        assertTrue(run.err().contains("--endpoint: the hub's address must"), run.err());
        assertFalse(run.err().contains("HF_ENDPOINT"), run.err());
    }

    @Test
    void listMarksWhatWouldBeTaken() throws IOException {
        Files.write(folder.resolve("m-Q1_0.gguf"), new byte[5]);
        Files.write(folder.resolve("m-TL1.gguf"), new byte[1_200_000]);
        Files.write(folder.resolve("m-F16.gguf"), new byte[7]);
        try (var hub = new SmallHub("test/list", folder)) {
            CommandRun run = pull(hub, "--list", "test/list");
            assertEquals(0, run.code(), run.err());
            assertEquals(
                    """
                           7 bytes  m-F16.gguf   (GGUF of type F16, 16 bits a weight, not quantized)
                    *      5 bytes  m-Q1_0.gguf
                            1.2 MB  m-TL1.gguf   (does not run: TL1: laid out for one kernel of bitnet.cpp; take the I2_S file of the same model)
                    """,
                    run.out());
            assertEquals(
                    "* is what pull takes: GGUF of type Q1_0, 1-bit, 1.125 bits a weight\n",
                    run.err());
            JsonNode files = json(pull(hub, "--list", "--json", "test/list")).get("files");
            assertEquals(
                    List.of(false, true, false),
                    files.valueStream().map(it -> it.get("chosen").asBoolean()).toList());
            assertEquals(0, hub.ranges().size());
        }
    }

    @Test
    void listOfWhatCannotRunSaysWhy() throws IOException {
        Files.write(folder.resolve("m-TL1.gguf"), new byte[5]);
        try (var hub = new SmallHub("test/nothing", folder)) {
            CommandRun run = pull(hub, "--list", "test/nothing");
            assertEquals(0, run.code(), run.err());
            assertTrue(run.out().contains("m-TL1.gguf"), run.out());
            assertTrue(run.err().contains("nothing of it can be run here: m-TL1.gguf"), run.err());
            CommandRun pull = pull(hub, "test/nothing");
            assertEquals(1, pull.code());
            assertEquals(1, pull.err().lines().count(), pull.err());
        }
    }

    @Test
    void dryRunFetchesNothing() throws IOException {
        Files.write(folder.resolve("m-Q1_0.gguf"), new byte[5]);
        try (var hub = new SmallHub("test/dry", folder)) {
            CommandRun run = pull(hub, "--dry-run", "test/dry");
            assertEquals("to fetch      5 bytes  m-Q1_0.gguf\n", run.out());
            assertTrue(run.err().endsWith("; 1 file, 5 bytes would be fetched\n"), run.err());
            assertFalse(Files.exists(hub.cache()));
            pull(hub, "test/dry");
            assertEquals(
                    "there         5 bytes  m-Q1_0.gguf\n",
                    pull(hub, "--dry-run", "test/dry").out());
            JsonNode plan = json(pull(hub, "--dry-run", "--json", "test/dry"));
            assertEquals(0, plan.get("bytes_to_fetch").asLong());
            assertFalse(plan.get("files").get(0).get("to_fetch").asBoolean());
        }
    }

    @Test
    void fileThatIsNamedIsFetchedAlone() throws IOException {
        Files.writeString(folder.resolve("README.md"), "hello");
        Files.write(folder.resolve("m-Q8_0.gguf"), new byte[5]);
        try (var hub = new SmallHub("test/named", folder)) {
            CommandRun run = pull(hub, "test/named:README.md");
            assertEquals(hub.snapshot().resolve("README.md") + "\n", run.out());
            assertFalse(run.err().contains("trilobit run"), run.err());
            CommandRun wrong = pull(hub, "test/named:Q4_0");
            assertEquals(1, wrong.code());
            assertTrue(wrong.err().contains("'Q4_0'; there are m-Q8_0.gguf"), wrong.err());
        }
    }

    @Test
    void ggufFileIsFetchedAndOpenedByItsName() throws IOException {
        Path packed =
                Path.of(
                        "../conformance-tests/src/test/resources/oracle/qwen3-binary/model-Q1_0.gguf.gz");
        try (var in = new GZIPInputStream(Files.newInputStream(packed))) {
            Files.copy(in, folder.resolve("model-Q1_0.gguf"));
        }
        Files.copy(folder.resolve("model-Q1_0.gguf"), folder.resolve("model-TL2.gguf"));
        try (var hub = new SmallHub("test/gguf", folder)) {
            CommandRun pulled = pull(hub, "test/gguf");
            assertEquals(hub.snapshot().resolve("model-Q1_0.gguf") + "\n", pulled.out());
            Path byName = folder.resolve("by-name");
            Path byPath = folder.resolve("by-path");
            logits("test/gguf", byName);
            logits(folder.resolve("model-Q1_0.gguf").toString(), byPath);
            assertEquals(-1, Files.mismatch(byName, byPath));
        }
    }

    private static void logits(String model, Path out) {
        CommandRun run =
                CommandRun.of("logits", "-m", model, "--tokens", "1,5,9", "--out", out.toString());
        assertEquals(0, run.code(), run.err());
    }

    @Test
    void commitThatIsThereNeedsNoHub() throws IOException {
        Files.write(folder.resolve("m-Q1_0.gguf"), new byte[5]);
        String place = "test/commit@" + SmallHub.COMMIT;
        try (var hub = new SmallHub("test/commit", folder)) {
            assertEquals(0, pull(hub, place).code());
        }
        // The hub of the build's environment is not there.
        CommandRun run = CommandRun.of("pull", "test/commit", "--revision", SmallHub.COMMIT);
        assertEquals(0, run.code(), run.err());
        assertTrue(run.out().endsWith("m-Q1_0.gguf\n"), run.out());
        assertTrue(run.err().contains("all of it was there"), run.err());
    }

    @Test
    void unknownRepositoryAndUnreachableHubAreFailuresOfOneLine() throws IOException {
        Files.write(folder.resolve("m-Q1_0.gguf"), new byte[5]);
        try (var hub = new SmallHub("test/known", folder)) {
            CommandRun unknown = pull(hub, "test/unknown");
            assertEquals(1, unknown.code());
            assertTrue(
                    unknown.err().startsWith("trilobit: test/unknown: there is no such repository"),
                    unknown.err());
        }
        CommandRun unreachable = CommandRun.of("pull", "test/known");
        assertEquals(1, unreachable.code());
        assertTrue(
                unreachable.err().startsWith("trilobit: test/known: localhost"), unreachable.err());
        assertEquals(1, unreachable.err().lines().count(), unreachable.err());
    }

    @Test
    void pathThatExistsGoesBeforeTheCache() {
        // A folder of this module that has the form of a repository.
        CommandRun run = CommandRun.of("inspect", "src/main");
        assertEquals(1, run.code());
        assertTrue(run.err().startsWith("trilobit: src/main: expected "), run.err());
    }

    private static Process start(String... arguments) throws IOException {
        var command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty("java.class.path"),
                                "dev.trilobit.cli.Trilobit"));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    /** Waits until a part has so many bytes of its first piece on record. */
    private static void awaitRecord(Path blobs, long size, long bytes)
            throws IOException, InterruptedException {
        ByteBuffer record = ByteBuffer.allocate(Long.BYTES);
        while (true) {
            if (Files.isDirectory(blobs)) {
                try (var parts = Files.newDirectoryStream(blobs, "*.incomplete")) {
                    for (Path part : parts) {
                        try (FileChannel channel = FileChannel.open(part)) {
                            channel.read(record.clear(), size + 3 * Long.BYTES);
                        }
                        if (record.position() == Long.BYTES && record.getLong(0) >= bytes) {
                            return;
                        }
                    }
                }
            }
            Thread.sleep(20);
        }
    }

    @Test
    void killedDownloadGoesOnAndTwoProcessesFetchItOnce() throws Exception {
        byte[] content = new byte[8 << 20];
        new SplittableRandom(1).nextBytes(content);
        Files.write(folder.resolve("m-Q1_0.gguf"), content);
        try (var hub = new SmallHub("test/killed", folder)) {
            String[] command = {"pull", "--endpoint", hub.address(), "test/killed"};
            hub.stallAfter(5 << 20);
            Process first = start(command);
            try {
                awaitRecord(hub.cache().resolve("blobs"), content.length, 4 << 20);
            } finally {
                first.destroyForcibly().waitFor();
            }
            assertFalse(Files.exists(hub.snapshot()));
            hub.stallAfter(Long.MAX_VALUE);
            hub.forgetRanges();
            Process second = start(command);
            Process third = start(command);
            for (Process process : List.of(second, third)) {
                String said =
                        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                assertTrue(process.waitFor(60, TimeUnit.SECONDS));
                assertEquals(0, process.exitValue(), said);
            }
            assertEquals(1, hub.ranges().size(), hub.ranges().toString());
            long begin =
                    Long.parseLong(hub.ranges().getFirst().replaceAll("bytes=(\\d+)-.*", "$1"));
            assertTrue(begin >= 4 << 20, hub.ranges().toString());
            assertArrayEquals(content, Files.readAllBytes(hub.snapshot().resolve("m-Q1_0.gguf")));
        }
    }
}
