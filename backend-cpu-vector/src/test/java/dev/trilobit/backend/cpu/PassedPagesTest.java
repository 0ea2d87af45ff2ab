package dev.trilobit.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.trilobit.api.program.ActivationQuant;
import dev.trilobit.api.quant.BlockType;
import dev.trilobit.api.quant.Blocks;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.ScaleGranularity;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.api.quant.TernaryPacking;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.api.quant.WeightFormat;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How much of a mapped file stays in memory is what Linux says of that mapping alone. */
class PassedPagesTest {
    private static final Path MAPPINGS = Path.of("/proc/self/smaps");
    private static final long FILE_BYTES = 8 * PassedPages.STEP_BYTES;

    /** What the system maps around a page that is read. */
    private static final long AROUND_BYTES = 4L << 20;

    @TempDir private Path folder;

    @BeforeEach
    void mappingsAreTold() {
        assumeTrue(
                Files.isReadable(MAPPINGS),
                "only Linux tells how much of a mapping is in memory (/proc/self/smaps)");
    }

    @Test
    void oneStepOfAPlaneStaysWhileItIsRead() throws IOException {
        Path file = zeros();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment plane = map(file, arena);
            var passed = new PassedPages(plane);
            long most = 0;
            long sum = 0;
            for (long at = 0; at < FILE_BYTES; at += 1024) {
                passed.reached(at);
                sum += plane.get(ValueLayout.JAVA_BYTE, at);
                if (at % (PassedPages.STEP_BYTES / 4) == 0) {
                    most = Math.max(most, residentBytes(file));
                }
            }
            assertEquals(0, sum);
            assertTrue(most > 0, "nothing was read");
            assertTrue(most <= PassedPages.STEP_BYTES + AROUND_BYTES, most + " bytes stayed");
        }
    }

    @Test
    void readingAnewGivesBackTheEndOfThePlane() throws IOException {
        Path file = zeros();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment plane = map(file, arena);
            var passed = new PassedPages(plane);
            passed.reached(FILE_BYTES - 1);
            plane.get(ValueLayout.JAVA_BYTE, FILE_BYTES - 1);
            assertTrue(residentBytes(file) > 0, "nothing was read");
            passed.reached(0);
            assertEquals(0, residentBytes(file));
            assertEquals(0, plane.get(ValueLayout.JAVA_BYTE, FILE_BYTES - 1));
        }
    }

    @Test
    void packingBlocksLeavesTheFileOutOfMemory() throws IOException {
        MatrixShape shape = new MatrixShape((int) (FILE_BYTES / (8 * 210)), 8 * 256);
        requireLittleStays(new Blocks(BlockType.Q6_K), shape, ActivationQuant.NONE);
    }

    @Test
    void packingTritsLeavesTheFileOutOfMemory() throws IOException {
        MatrixShape shape = new MatrixShape((int) (FILE_BYTES / 512 / 4 * 4), 2048);
        var format = new Ternary(TernaryPacking.ROW_QUARTERS, new ScaleGranularity.PerTensor());
        requireLittleStays(format, shape, ActivationQuant.INT8_PER_TOKEN);
    }

    @Test
    void whatIsReadInPlaceStaysInMemory() throws IOException {
        MatrixShape shape = new MatrixShape((int) (FILE_BYTES / 4096), 1024);
        Path file = zeros();
        try (Arena arena = Arena.ofConfined()) {
            var format = new Dense(FloatType.F32);
            var weight = new Weight("head", shape, format, List.of(map(file, arena)));
            PackedMatrix packed = PackedMatrices.pack(weight, ActivationQuant.NONE, arena);
            assertEquals(FILE_BYTES, packed.mappedBytes());
            long stayed = residentBytes(file);
            assertTrue(stayed > FILE_BYTES / 2, "only " + stayed + " bytes stayed");
        }
    }

    @Test
    void whatWasWrittenToAPrivateMappingIsPacked() throws IOException {
        MatrixShape shape = new MatrixShape((int) (FILE_BYTES / 512 / 4 * 4), 2048);
        var format = new Ternary(TernaryPacking.ROW_QUARTERS, new ScaleGranularity.PerTensor());
        Path file = zeros();
        try (Arena arena = Arena.ofConfined();
                var channel =
                        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            MemorySegment plane =
                    channel.map(FileChannel.MapMode.PRIVATE, 0, channel.size(), arena);
            // Trits of 0; the zeros of the file are trits of -1.
            plane.fill((byte) 0x55);
            MemorySegment scale = arena.allocate(Float.BYTES, Float.BYTES);
            scale.set(ValueLayout.JAVA_FLOAT, 0, 1);
            var weight = new Weight("head", shape, format, List.of(plane, scale));
            PackedMatrix packed =
                    PackedMatrices.pack(weight, ActivationQuant.INT8_PER_TOKEN, arena);
            float[] x = new float[shape.cols()];
            Arrays.fill(x, 1);
            ActivationTile tile = packed.tileLayout().newTile();
            tile.load(x, 0, x.length, 1);
            float[] y = new float[shape.rows()];
            int blocks = Math.ceilDiv(shape.rows(), packed.rowsPerBlock());
            packed.multiply(tile, 0, blocks, y, 0, y.length);
            assertArrayEquals(new float[shape.rows()], y);
        }
    }

    private void requireLittleStays(WeightFormat format, MatrixShape shape, ActivationQuant quant)
            throws IOException {
        Path file = zeros();
        try (Arena arena = Arena.ofConfined()) {
            long codeBytes = format.planes(shape).getFirst().byteSize();
            MemorySegment codes = map(file, arena).asSlice(0, codeBytes);
            List<MemorySegment> planes =
                    format.planes(shape).size() == 1
                            ? List.of(codes)
                            : List.of(codes, arena.allocate(Float.BYTES, Float.BYTES));
            var weight = new Weight("head", shape, format, planes);
            PackedMatrix packed = PackedMatrices.pack(weight, quant, arena);
            assertTrue(codeBytes > FILE_BYTES / 2, "a plane of " + codeBytes + " bytes");
            assertEquals(shape.rows(), packed.rows());
            long stayed = residentBytes(file);
            assertTrue(stayed <= PassedPages.STEP_BYTES + AROUND_BYTES, stayed + " bytes stayed");
        }
    }

    /** Holes in a file are pages of zeros once they are read, as others are. */
    private Path zeros() throws IOException {
        Path file = folder.resolve("plane.bin");
        try (var channel =
                FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(1), FILE_BYTES - 1);
        }
        return file;
    }

    private static MemorySegment map(Path file, Arena arena) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
        }
    }

    private static long residentBytes(Path file) throws IOException {
        boolean within = false;
        for (String line : Files.readAllLines(MAPPINGS)) {
            if (line.endsWith(file.toString())) {
                within = true;
            } else if (within && line.startsWith("Rss:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
            }
        }
        throw new AssertionError(file + " is not mapped");
    }
}
