package dev.trilobit.cli.bench.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReadLoopTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7})
    void partsAreEqualAndDoNotOverlap(int threads) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(1 << 12);
            List<MemorySegment> parts = ReadLoop.parts(memory, threads);
            assertEquals(threads, parts.size());
            long end = memory.address();
            for (MemorySegment part : parts) {
                assertTrue(part.address() >= end);
                assertEquals(parts.getFirst().byteSize(), part.byteSize());
                end = part.address() + part.byteSize();
            }
            assertTrue(end <= memory.address() + memory.byteSize());
            // What is left over is less than a step of the threads.
            assertTrue(memory.address() + memory.byteSize() - end < 32L * threads);
        }
    }

    @Test
    void everyByteIsRead() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment part = ReadLoop.parts(arena.allocate(256), 1).getFirst();
            assertTrue(ReadLoop.halvesAreEqual(part));
            for (int at = 0; at < part.byteSize(); at++) {
                part.set(ValueLayout.JAVA_BYTE, at, (byte) 2);
                assertFalse(ReadLoop.halvesAreEqual(part), "byte " + at);
                part.set(ValueLayout.JAVA_BYTE, at, (byte) 1);
            }
        }
    }
}
