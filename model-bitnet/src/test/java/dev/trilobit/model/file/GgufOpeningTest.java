package dev.trilobit.model.file;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;

/**
 * Opens a file of 2 GB with 120 tensors and a vocabulary of the size of Llama-3's. Its data are a
 * hole: whoever reads them maps pages of zeros.
 */
class GgufOpeningTest {
    private static final int MEGABYTE = 1 << 20;
    private static final int TOKENS = 128_256;
    private static final int MERGES = 280_147;
    private static final int LAYERS = 120;
    private static final long LAYER_BYTES = GgmlType.I2_S.byteSize(8192L * 8192);

    @TempDir static Path directory;
    private Path file = Path.of("");
    private long headerBytes;

    @BeforeEach
    void write() throws IOException {
        file = directory.resolve("model.gguf");
        var bytes = new GgufBytes();
        bytes.array("tokenizer.ggml.tokens", 8, strings(TOKENS));
        bytes.array("tokenizer.ggml.merges", 8, strings(MERGES));
        bytes.array("tokenizer.ggml.token_type", 5, new byte[TOKENS][4]);
        for (int i = 0; i < LAYERS; i++) {
            bytes.entry("blk." + i + ".weight", 36, i * LAYER_BYTES, 8192, 8192);
        }
        byte[] header = bytes.header();
        headerBytes = header.length;
        try (var channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.SPARSE)) {
            channel.write(ByteBuffer.wrap(header));
            channel.write(ByteBuffer.wrap(new byte[1]), headerBytes + LAYERS * LAYER_BYTES - 1);
        }
    }

    private static byte[][] strings(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> GgufBytes.string("token-" + i))
                .toArray(byte[][]::new);
    }

    @Test
    void openingIsQuickAndKeepsNothingOnTheHeap(TestReporter reporter) {
        long retained;
        long allocated;
        long millis;
        try (ModelFolder folder = ModelFolders.open(file)) {
            long before = usedBytes();
            long start = System.nanoTime();
            GgufFile opened = GgufFile.find(folder).orElseThrow();
            millis = (System.nanoTime() - start) / 1_000_000;
            allocated = heldBytes() - before;
            retained = usedBytes() - before;
            assertEquals(LAYERS, opened.tensors().size());
        }
        reporter.publishEntry(
                "opening",
                "%d ms, %d kB of heap, of which %d kB stay"
                        .formatted(millis, allocated >> 10, retained >> 10));
        assertAll(
                () -> assertTrue(Files.size(file) > 2_000_000_000L),
                () -> assertTrue(allocated < 20L * MEGABYTE, allocated + " bytes of heap"),
                () -> assertTrue(retained < MEGABYTE, retained + " bytes stay"),
                () -> assertTrue(millis < 5000, millis + " ms"));
    }

    @Test
    void noTensorIsTouched(TestReporter reporter) throws IOException {
        Path maps = Path.of("/proc/self/smaps");
        assumeTrue(Files.isReadable(maps), "the system does not say which pages are mapped");
        try (ModelFolder folder = ModelFolders.open(file)) {
            assertEquals(LAYERS, GgufFile.find(folder).orElseThrow().tensors().size());
            long resident = residentBytes(maps);
            reporter.publishEntry(
                    "resident",
                    "%d kB of a header of %d kB".formatted(resident >> 10, headerBytes >> 10));
            assertTrue(resident > 0, "the file was read");
            assertTrue(resident < headerBytes + MEGABYTE, resident + " bytes are resident");
        }
    }

    private long residentBytes(Path maps) throws IOException {
        long kilobytes = 0;
        boolean ours = false;
        for (String line : Files.readAllLines(maps)) {
            if (line.contains("-") && line.contains(" r")) {
                ours = line.endsWith(file.toString());
            } else if (ours && line.startsWith("Rss:")) {
                kilobytes += Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        return kilobytes << 10;
    }

    private static long usedBytes() {
        System.gc();
        return heldBytes();
    }

    /** Returns what is on the heap, garbage included. */
    private static long heldBytes() {
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
