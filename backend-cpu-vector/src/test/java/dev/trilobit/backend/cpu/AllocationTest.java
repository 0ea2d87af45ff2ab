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
 * before, every vector is an object. The one exception are the objects that hold a new page of keys
 * and values.
 */
class AllocationTest implements AtEachWidth {
    /** Ends of pages that are crossed. */
    private static final int BORDERS = 2;

    private static final int CONTEXT = BORDERS * KvLayout.PAGE + 44;

    /** A segment and its place in the arena's list, and what the interpreter makes on the way. */
    private static final long PAGE_HOLDER_BYTES = 512;

    private static final int LAYERS = 2;
    private static final int VERIFY_STEP = 4;
    private static final int MEASURED_TOKENS = 100;
    private static final long PATIENCE_NANOS = Duration.ofMinutes(3).toNanos();

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @ParameterizedTest
    @CsvSource({
        "TERNARY, f32, 1",
        "TERNARY, f32, 2",
        "TERNARY, f16, 2",
        "TERNARY, int8, 2",
        "BINARY, f32, 2",
        "BINARY_ROUNDED, f32, 2",
        "AFFINE_4, f32, 2",
        "DENSE_F16, f16, 2",
        "Q4_K, f16, 2",
        "Q6_K_ROUNDED, f32, 2"
    })
    void steadyDecodeTakesNothingFromTheHeap(CpuSessionTest.Kind kind, String kv, String helpers) {
        assertTrue(threads.isThreadAllocatedMemorySupported(), "this JVM counts allocation");
        TinyDecoder decoder = kind.decoder();
        var options =
                new CompileOptions(
                        CONTEXT, 8, Map.of("threads", helpers, "kv", kv), CompileProgress.NONE);
        try (CompiledProgram program =
                new CpuVectorBackend().compile(decoder.program(), decoder.weights(), options)) {
            long[] helperIds = helperIds();
            for (int step : new int[] {1, VERIFY_STEP}) {
                int[] tokens = new int[step];
                decodesWithoutTheHeap(program, tokens, helperIds);
                crossesPagesAlmostWithoutTheHeap(program, tokens, helperIds);
            }
        }
    }

    private void decodesWithoutTheHeap(CompiledProgram program, int[] tokens, long[] helperIds) {
        try (DecoderSession session = program.newSession()) {
            long begin = System.nanoTime();
            long taken;
            do {
                session.truncate(0);
                taken = decode(session, tokens, MEASURED_TOKENS, helperIds);
            } while (taken != 0 && System.nanoTime() - begin < PATIENCE_NANOS);
            assertEquals(
                    0,
                    taken,
                    "bytes for %d tokens in steps of %d".formatted(MEASURED_TOKENS, tokens.length));
        }
    }

    private void crossesPagesAlmostWithoutTheHeap(
            CompiledProgram program, int[] tokens, long[] helperIds) {
        long holders = BORDERS * LAYERS * PAGE_HOLDER_BYTES;
        int first = 2 * tokens.length;
        long begin = System.nanoTime();
        long taken;
        do {
            try (DecoderSession fresh = program.newSession()) {
                decode(fresh, tokens, first, helperIds);
                taken = decode(fresh, tokens, CONTEXT - first, helperIds);
            }
        } while (taken > holders && System.nanoTime() - begin < PATIENCE_NANOS);
        assertTrue(
                taken <= holders,
                "%d bytes across the ends of pages in steps of %d".formatted(taken, tokens.length));
    }

    /** Bytes of the heap that some tokens took. */
    private long decode(DecoderSession session, int[] tokens, int count, long[] helperIds) {
        long before = allocated(helperIds);
        for (int i = 0; i < count; i += tokens.length) {
            for (int t = 0; t < tokens.length; t++) {
                tokens[t] = (i + t) % TinyDecoder.VOCABULARY;
            }
            session.forward(tokens, tokens.length == 1 ? LogitRows.LAST : LogitRows.ALL);
        }
        return allocated(helperIds) - before;
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
