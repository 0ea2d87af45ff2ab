package dev.trilobit.conformance.gguf;

import dev.trilobit.api.quant.FloatType;
import dev.trilobit.model.file.GgmlType;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Random tensors of every type. All scales are powers of two, so that every weight, and every sum
 * of a product and a minimum, is a float32.
 */
final class RandomTensors {
    private static final float SCALE = 0x1p-5f;

    /** Codes of 3 are no ternary weights. */
    private static final int[] TERNARY_BYTES = ternaryBytes();

    private final Random random;

    RandomTensors(long seed) {
        this.random = new Random(seed);
    }

    private static int[] ternaryBytes() {
        return IntStream.range(0, 256).filter(codes -> (codes & codes >> 1 & 0x55) == 0).toArray();
    }

    /** Makes a tensor of {@code weights} numbers. */
    GgufTensor next(GgmlType type, long weights) {
        byte[] bytes = new byte[Math.toIntExact(type.byteSize(weights))];
        MemorySegment out = MemorySegment.ofArray(bytes);
        switch (type) {
            case F32, F16, BF16 -> floats(type.floatType().orElseThrow(), out, weights);
            case Q4_0, Q5_0, Q8_0, Q1_0, Q2_0, Q2_0_G128, PQ2_0 -> blocks(type, bytes, out, 0);
            case Q4_1, Q4_K -> {
                blocks(type, bytes, out, 0);
                scales(type, out, 2);
            }
            case Q6_K -> blocks(type, bytes, out, 208);
            case TQ1_0 -> blocks(type, bytes, out, 52);
            case PTQ1_0 -> blocks(type, bytes, out, 26);
            case TQ2_0 -> {
                ternary(bytes);
                scales(type, out, 64);
            }
            case I2_S -> {
                ternary(bytes);
                FloatType.F32.set(out.asSlice(weights / 4), 0, SCALE);
            }
        }
        return new GgufTensor(type.id(), bytes);
    }

    /**
     * Makes a tensor of two bits without the fourth code.
     *
     * @param butOne whether one weight in the middle has it
     */
    GgufTensor nextTernary(GgmlType type, long weights, boolean butOne) {
        byte[] bytes = new byte[Math.toIntExact(type.byteSize(weights))];
        ternary(bytes);
        scales(type, MemorySegment.ofArray(bytes), 0);
        if (butOne) {
            int block = bytes.length / type.blockBytes() / 2;
            bytes[block * type.blockBytes() + Short.BYTES] |= 3;
        }
        return new GgufTensor(type.id(), bytes);
    }

    private void floats(FloatType type, MemorySegment out, long count) {
        for (long i = 0; i < count; i++) {
            type.set(out, i, random.nextInt(-127, 128) * 0x1p-9f);
        }
    }

    private void blocks(GgmlType type, byte[] bytes, MemorySegment out, int scaleAt) {
        random.nextBytes(bytes);
        scales(type, out, scaleAt);
    }

    private void ternary(byte[] bytes) {
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) TERNARY_BYTES[random.nextInt(TERNARY_BYTES.length)];
        }
    }

    /** Of either sign, and of some sizes. */
    private void scales(GgmlType type, MemorySegment out, int at) {
        for (long block = 0; block < out.byteSize(); block += type.blockBytes()) {
            float scale = Math.scalb(random.nextBoolean() ? SCALE : -SCALE, -random.nextInt(3));
            FloatType.F16.set(out.asSlice(block + at, Short.BYTES), 0, scale);
        }
    }
}
