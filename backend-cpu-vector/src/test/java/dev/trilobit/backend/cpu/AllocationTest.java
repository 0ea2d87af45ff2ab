package dev.trilobit.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.trilobit.api.backend.CompileOptions;
import dev.trilobit.api.backend.CompileProgress;
import dev.trilobit.api.backend.CompiledProgram;
import dev.trilobit.api.backend.DecoderSession;
import dev.trilobit.api.backend.LogitRows;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Steady decoding takes nothing from the heap, on any thread, once the compiler is through with it:
 * before, every vector is an object.
 */
class AllocationTest implements AtEachWidth {
    private static final int TOKENS = 100;
    private static final long PATIENCE_NANOS = Duration.ofMinutes(3).toNanos();

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @ParameterizedTest
    @CsvSource({
        "TERNARY, f32, 1",
        "TERNARY, f32, 2",
        "TERNARY, f16, 2",
        "TERNARY, int8, 2",
        "BINARY, f32, 2"
    })
    void steadyDecodeTakesNothingFromTheHeap(CpuSessionTest.Kind kind, String kv, String helpers) {
        assertTrue(threads.isThreadAllocatedMemorySupported(), "this JVM counts allocation");
        TinyDecoder decoder = kind.decoder();
        var options =
                new CompileOptions(
                        TinyDecoder.CONTEXT,
                        8,
                        Map.of("threads", helpers, "kv", kv),
                        CompileProgress.NONE);
        try (CompiledProgram program =
                        new CpuVectorBackend()
                                .compile(decoder.program(), decoder.weights(), options);
                DecoderSession session = program.newSession()) {
            long[] helperIds = helperIds();
            int[] token = {3};
            long begin = System.nanoTime();
            long taken;
            do {
                session.truncate(0);
                session.forward(token, LogitRows.LAST);
                long before = allocated(helperIds);
                for (int i = 0; i < TOKENS; i++) {
                    token[0] = i % TinyDecoder.VOCABULARY;
                    session.forward(token, LogitRows.LAST);
                }
                taken = allocated(helperIds) - before;
            } while (taken != 0 && System.nanoTime() - begin < PATIENCE_NANOS);
            assertEquals(0, taken, "bytes for %d tokens".formatted(TOKENS));
        }
    }

    private static long[] helperIds() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("trilobit-cpu-"))
                .mapToLong(Thread::threadId)
                .toArray();
    }

    /** Bytes that this thread and the helpers have taken so far. */
    private long allocated(long[] helperIds) {
        long bytes = threads.getCurrentThreadAllocatedBytes();
        for (long id : helperIds) {
            bytes += threads.getThreadAllocatedBytes(id);
        }
        return bytes;
    }
}
