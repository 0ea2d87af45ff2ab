package dev.trilobit.backend.cpu;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lends work arrays to the threads that share a tile, so that kernels allocate nothing once each
 * thread has had its first array. Safe for use by several threads.
 */
final class ScratchPool<A> {
    private static final int SLOTS = CpuOptions.MOST_THREADS;

    private final Supplier<A> maker;
    private final AtomicReferenceArray<@Nullable A> spare = new AtomicReferenceArray<>(SLOTS);

    /** Makes a pool whose arrays come from {@code maker} when none is spare. */
    ScratchPool(Supplier<A> maker) {
        this.maker = maker;
    }

    /** Takes an array of unknown content; give it back with {@link #release}. */
    A borrow() {
        for (int i = 0; i < SLOTS; i++) {
            A array = spare.getPlain(i);
            if (array != null && spare.compareAndSet(i, array, null)) {
                return array;
            }
        }
        return maker.get();
    }

    /** Hands an array back; with all slots full it is left to the collector. */
    void release(A array) {
        for (int i = 0; i < SLOTS; i++) {
            if (spare.getPlain(i) == null && spare.compareAndSet(i, null, array)) {
                return;
            }
        }
    }
}
