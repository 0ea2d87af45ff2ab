package dev.trilobit.model.layout;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Where codes and scale lie in a block, and how a run of blocks becomes a plane of codes and one of
 * scales.
 *
 * @param blockBytes bytes of a block
 * @param codes where the codes lie
 * @param scaleAt first byte of the scale
 * @param scaleBytes bytes of the scale; 0 if a block has none
 */
record BlockLayout(int blockBytes, BlockCodes codes, int scaleAt, int scaleBytes) {
    private static final int F16_BYTES = 2;

    /** As much of a tensor as is moved through the heap at a time. */
    private static final int BUFFER_BYTES = 1 << 14;

    /** As much as is worth a thread of its own. */
    private static final int TASK_BYTES = 1 << 18;

    static final BlockLayout Q1_0 = withScale(18, new BlockCodes.Alike(2, 16), 0);
    static final BlockLayout Q2_0 = withScale(18, new BlockCodes.Alike(2, 16), 0);
    static final BlockLayout Q2_0_G128 = withScale(34, new BlockCodes.Alike(2, 32), 0);
    static final BlockLayout TQ1_0 =
            withScale(54, staged(base3(0, 32, 5), base3(32, 16, 5), base3(48, 4, 4)), 52);
    static final BlockLayout PTQ1_0 =
            withScale(
                    28,
                    staged(
                            base3(0, 16, 5),
                            base3(16, 8, 5),
                            new BlockCodes.Pair(24, Digits.BASE_3)),
                    26);
    static final BlockLayout TQ2_0 =
            withScale(
                    66,
                    staged(
                            new BlockCodes.Strided(0, 32, 4, Digits.LOW_BITS_FIRST),
                            new BlockCodes.Strided(32, 32, 4, Digits.LOW_BITS_FIRST)),
                    64);

    /**
     * Returns the layout of {@code bytes} that hold the codes at a distance of {@code bytes}, the
     * first in the high bits, without a scale.
     */
    static BlockLayout ofHighBitsFirst(int bytes) {
        var codes = new BlockCodes.Strided(0, bytes, 4, Digits.HIGH_BITS_FIRST);
        return new BlockLayout(bytes, codes, 0, 0);
    }

    private static BlockLayout withScale(int blockBytes, BlockCodes codes, int scaleAt) {
        return new BlockLayout(blockBytes, codes, scaleAt, F16_BYTES);
    }

    private static BlockCodes staged(BlockCodes... stages) {
        return new BlockCodes.Staged(List.of(stages));
    }

    private static BlockCodes base3(int at, int bytes, int count) {
        return new BlockCodes.Strided(at, bytes, count, Digits.BASE_3);
    }

    /**
     * Decodes all blocks, large tensors on several threads.
     *
     * @param blocks a whole number of blocks
     * @param planeOfCodes out
     * @param planeOfScales out; empty if there are no scales
     */
    void decode(MemorySegment blocks, MemorySegment planeOfCodes, MemorySegment planeOfScales) {
        inTasks(
                blocks.byteSize() / blockBytes,
                areShared(blocks, planeOfCodes, planeOfScales),
                (first, count) -> decode(blocks, planeOfCodes, planeOfScales, first, count));
    }

    private void decode(
            MemorySegment blocks,
            MemorySegment codePlane,
            MemorySegment scalePlane,
            long first,
            int count) {
        int step = blocksOfBuffer();
        byte[] in = new byte[step * blockBytes];
        byte[] out = new byte[step * codes.codeBytes()];
        byte[] scales = new byte[step * scaleBytes];
        for (int done = 0; done < count; done += step) {
            int n = Math.min(step, count - done);
            long block = first + done;
            copy(blocks, block * blockBytes, in, n * blockBytes);
            for (int i = 0; i < n; i++) {
                codes.decode(in, i * blockBytes, out, i * codes.codeBytes());
                for (int b = 0; b < scaleBytes; b++) {
                    scales[i * scaleBytes + b] = in[i * blockBytes + scaleAt + b];
                }
            }
            copy(out, n * codes.codeBytes(), codePlane, block * codes.codeBytes());
            copy(scales, n * scaleBytes, scalePlane, block * scaleBytes);
        }
    }

    /** Encodes all blocks: the inverse of {@link #decode}. */
    void encode(MemorySegment planeOfCodes, MemorySegment planeOfScales, MemorySegment blocks) {
        inTasks(
                blocks.byteSize() / blockBytes,
                areShared(blocks, planeOfCodes, planeOfScales),
                (first, count) -> encode(planeOfCodes, planeOfScales, blocks, first, count));
    }

    private void encode(
            MemorySegment codePlane,
            MemorySegment scalePlane,
            MemorySegment blocks,
            long first,
            int count) {
        int step = blocksOfBuffer();
        byte[] in = new byte[step * codes.codeBytes()];
        byte[] scales = new byte[step * scaleBytes];
        byte[] out = new byte[step * blockBytes];
        for (int done = 0; done < count; done += step) {
            int n = Math.min(step, count - done);
            long block = first + done;
            copy(codePlane, block * codes.codeBytes(), in, n * codes.codeBytes());
            copy(scalePlane, block * scaleBytes, scales, n * scaleBytes);
            for (int i = 0; i < n; i++) {
                codes.encode(in, i * codes.codeBytes(), out, i * blockBytes);
                for (int b = 0; b < scaleBytes; b++) {
                    out[i * blockBytes + scaleAt + b] = scales[i * scaleBytes + b];
                }
            }
            copy(out, n * blockBytes, blocks, block * blockBytes);
        }
    }

    private int blocksOfBuffer() {
        return Math.max(1, BUFFER_BYTES / blockBytes);
    }

    /** Moves a run of blocks. */
    @FunctionalInterface
    private interface Run {
        void move(long first, int count);
    }

    private void inTasks(long blocks, boolean shared, Run run) {
        int ofTask = Math.max(1, TASK_BYTES / blockBytes);
        IntStream tasks = IntStream.range(0, Math.toIntExact(Math.ceilDiv(blocks, (long) ofTask)));
        (shared ? tasks.parallel() : tasks)
                .forEach(
                        task -> {
                            long first = (long) task * ofTask;
                            run.move(first, (int) Math.min(ofTask, blocks - first));
                        });
    }

    private static boolean areShared(MemorySegment... segments) {
        Thread other = Thread.ofPlatform().unstarted(() -> {});
        for (MemorySegment segment : segments) {
            if (!segment.isAccessibleBy(other)) {
                return false;
            }
        }
        return true;
    }

    private static void copy(MemorySegment from, long at, byte[] to, int bytes) {
        MemorySegment.copy(from, ValueLayout.JAVA_BYTE, at, to, 0, bytes);
    }

    private static void copy(byte[] from, int bytes, MemorySegment to, long at) {
        MemorySegment.copy(from, 0, to, ValueLayout.JAVA_BYTE, at, bytes);
    }
}
