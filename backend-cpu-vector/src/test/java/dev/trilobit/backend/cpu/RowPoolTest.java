package dev.trilobit.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RowPoolTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 8})
    void everyUnitIsDoneExactlyOnce(int threads) {
        try (var pool = new RowPool(threads)) {
            for (int units : new int[] {0, 1, 2, 3, 7, 64, 1000}) {
                for (int repeat = 0; repeat < 200; repeat++) {
                    var done = new AtomicIntegerArray(units);
                    pool.run(
                            (from, to, worker) -> {
                                assertTrue(worker >= 0 && worker < threads);
                                for (int i = from; i < to; i++) {
                                    done.incrementAndGet(i);
                                }
                            },
                            units);
                    for (int i = 0; i < units; i++) {
                        assertEquals(1, done.get(i), "unit " + i + " of " + units);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 9, 40})
    void chunksHoldAtLeastTheUnitsAskedFor(int threads) {
        try (var pool = new RowPool(threads)) {
            for (int units : new int[] {2, 9, 64, 1000}) {
                for (int least : new int[] {1, 2, 7, 5000}) {
                    var done = new AtomicIntegerArray(units);
                    var smallest = new AtomicInteger(units);
                    pool.run(
                            (from, to, _) -> {
                                // The last chunk of a range may be smaller.
                                if (from == 0) {
                                    smallest.accumulateAndGet(to - from, Math::min);
                                }
                                for (int i = from; i < to; i++) {
                                    done.incrementAndGet(i);
                                }
                            },
                            units,
                            least);
                    for (int i = 0; i < units; i++) {
                        assertEquals(1, done.get(i), "unit " + i + " of " + units);
                    }
                    assertTrue(smallest.get() >= Math.min(least, units / threads));
                }
            }
        }
    }

    @Test
    @Timeout(60)
    void aHelperThatIsHeldUpKeepsOnlyTheChunkItHas() {
        try (var pool = new RowPool(2)) {
            var others = new AtomicInteger();
            var held = new AtomicInteger();
            RowPool.Work work =
                    (from, to, worker) -> {
                        if (worker == 1 && held.compareAndSet(0, to - from)) {
                            // Held up until everything else is done, by the caller alone.
                            while (others.get() < 100 - held.get()) {
                                Thread.onSpinWait();
                            }
                        } else {
                            while (held.get() == 0) {
                                Thread.onSpinWait();
                            }
                            others.addAndGet(to - from);
                        }
                    };
            pool.run(work, 100, 10);
            assertEquals(10, held.get());
            assertEquals(90, others.get());
        }
    }

    @Test
    void sleepingHelpersWakeUpForTheNextPiece() {
        try (var pool = new RowPool(4)) {
            for (int piece = 0; piece < 20; piece++) {
                LockSupport.parkNanos(2_000_000);
                var done = new AtomicIntegerArray(1);
                pool.run((from, to, _) -> done.addAndGet(0, to - from), 100);
                assertEquals(100, done.get(0));
            }
        }
    }

    @Test
    void failureOfAnyThreadReachesTheCallerAndThePoolGoesOn() {
        try (var pool = new RowPool(3)) {
            for (int failing = 0; failing < 12; failing++) {
                int unit = failing;
                RowPool.Work work =
                        (from, to, _) -> {
                            if (from <= unit && unit < to) {
                                throw new IllegalStateException("unit " + unit);
                            }
                        };
                var e = assertThrows(IllegalStateException.class, () -> pool.run(work, 12));
                assertEquals("unit " + unit, e.getMessage());
            }
            var done = new AtomicIntegerArray(1);
            pool.run((from, to, _) -> done.addAndGet(0, to - from), 12);
            assertEquals(12, done.get(0));
        }
    }

    @Test
    void workStartedInsideWorkRunsAlone() {
        try (var pool = new RowPool(2)) {
            var done = new AtomicIntegerArray(1);
            pool.run(
                    (from, to, _) ->
                            pool.run((f, t, _) -> done.addAndGet(0, (t - f) * (to - from)), 5),
                    8);
            assertEquals(40, done.get(0));
        }
    }

    @Test
    void closeEndsTheThreads() {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        var pool = new RowPool(3);
        pool.run((_, _, _) -> {}, 10);
        pool.close();
        pool.close();
        var left = new HashSet<>(Thread.getAllStackTraces().keySet());
        left.removeAll(before);
        assertTrue(left.stream().noneMatch(t -> t.getName().startsWith("trilobit-cpu-")));
    }
}
