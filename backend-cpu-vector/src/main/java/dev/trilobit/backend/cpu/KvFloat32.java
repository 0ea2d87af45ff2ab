package dev.trilobit.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Numbers as they are, in order. Kernels read them in place. */
record KvFloat32() implements KvCodec {
    @Override
    public long bytes(long groups) {
        return groups * KvLayout.GROUP * Float.BYTES;
    }

    @Override
    public boolean scales() {
        return false;
    }

    @Override
    public float scale(float[] x, int from, int length) {
        return 1;
    }

    @Override
    public void put(
            MemorySegment memory, long at, long group, int element, float x, float inverse) {
        memory.set(
                ValueLayout.JAVA_FLOAT, at + (group * KvLayout.GROUP + element) * Float.BYTES, x);
    }

    @Override
    public float unit() {
        return 1;
    }

    @Override
    public void score(
            MemorySegment page,
            long from,
            int dim,
            float[] q,
            int at,
            int rows,
            float[] out,
            int outAt) {
        KvFloat32Kernel.score(page, from, dim, q, at, rows, out, outAt);
    }

    @Override
    public void mix(
            MemorySegment page,
            long from,
            int positions,
            int groups,
            float[] w,
            int at,
            int rows,
            float[] sum,
            int sumAt) {
        KvFloat32Kernel.mix(page, from, positions, groups, w, at, rows, sum, sumAt);
    }
}
