package dev.trilobit.api.quant;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MappedPagesTest {
    private static final int BYTES = 3 * 4096 + 5;

    @TempDir private Path folder;

    private Path file(byte[] content) throws IOException {
        return Files.write(folder.resolve("plane.bin"), content);
    }

    private static byte[] random() {
        byte[] content = new byte[BYTES];
        new Random(3).nextBytes(content);
        return content;
    }

    @Test
    void pagesOfAFileAreThereAgainWhenRead() throws IOException {
        byte[] content = random();
        try (Arena arena = Arena.ofConfined();
                var channel = FileChannel.open(file(content), StandardOpenOption.READ)) {
            MemorySegment plane =
                    channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            for (MemorySegment part : new MemorySegment[] {plane, plane.asSlice(4097, 4000)}) {
                MappedPages.giveBack(part);
                assertArrayEquals(content, plane.toArray(ValueLayout.JAVA_BYTE));
            }
        }
    }

    @Test
    void whatWasWrittenToAPrivateMappingStays() throws IOException {
        try (Arena arena = Arena.ofConfined();
                var channel =
                        FileChannel.open(
                                file(random()),
                                StandardOpenOption.READ,
                                StandardOpenOption.WRITE)) {
            MemorySegment plane =
                    channel.map(FileChannel.MapMode.PRIVATE, 0, channel.size(), arena);
            plane.fill((byte) 77);
            MappedPages.giveBack(plane);
            assertEquals(77, plane.get(ValueLayout.JAVA_BYTE, 5000));
        }
    }

    @Test
    void otherMemoryIsLeftAlone() {
        byte[] content = random();
        MappedPages.giveBack(MemorySegment.ofArray(content));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment plane = arena.allocateFrom(ValueLayout.JAVA_BYTE, content);
            MappedPages.giveBack(plane);
            assertArrayEquals(content, plane.toArray(ValueLayout.JAVA_BYTE));
        }
    }
}
