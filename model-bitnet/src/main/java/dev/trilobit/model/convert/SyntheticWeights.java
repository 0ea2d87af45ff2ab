package dev.trilobit.model.convert;

import dev.trilobit.api.program.WeightRef;
import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.Binary;
import dev.trilobit.api.quant.BlockType;
import dev.trilobit.api.quant.Blocks;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.Plane;
import dev.trilobit.api.quant.ScaleGranularity;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.api.quant.TernaryPacking;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.api.quant.WeightSource;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.LongStream;

/**
 * Random weights, made when they are asked for. A matrix is cut into chunks with a generator each,
 * seeded by the seed, the name and the chunk, so that any number of processors makes the same.
 *
 * @param refs what there is
 * @param seed of all of them
 */
record SyntheticWeights(Map<String, WeightRef> refs, long seed) implements WeightSource {
    private static final long CHUNK = 1 << 20;
    private static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** Four ternary codes for each byte, all about as often. */
    private static final byte[] FOUR_CODES = fourCodes();

    SyntheticWeights {
        refs = Map.copyOf(refs);
    }

    private static byte[] fourCodes() {
        byte[] bytes = new byte[256];
        for (int i = 0; i < bytes.length; i++) {
            int rest = i % 81;
            for (int k = 0; k < 4; k++, rest /= 3) {
                bytes[i] |= (byte) (rest % 3 << (2 * k));
            }
        }
        return bytes;
    }

    @Override
    public Weight weight(String name, Arena arena) {
        WeightRef ref = refs.get(name);
        if (ref == null) {
            throw new IllegalArgumentException("the model has no weight " + name);
        }
        List<MemorySegment> planes = new ArrayList<>();
        for (Plane plane : ref.format().planes(ref.shape())) {
            planes.add(arena.allocate(plane.byteSize(), Long.BYTES));
        }
        var weight = new Weight(name, ref.shape(), ref.format(), planes);
        fill(weight);
        return weight;
    }

    /** The magnitude with which sums of {@code cols} products are about as large as one input. */
    private static double magnitude(MatrixShape shape) {
        return 1 / Math.sqrt(shape.cols());
    }

    private void fill(Weight weight) {
        double size = magnitude(weight.shape());
        switch (weight.format()) {
            case Dense(FloatType type) -> dense(weight, type);
            case Ternary(TernaryPacking _, ScaleGranularity scales) -> {
                bytes(weight, weight.codes(), FOUR_CODES);
                double scale = size * Math.sqrt(1.5);
                switch (scales) {
                    case ScaleGranularity.PerTensor() ->
                            // All types hold it, as they do the scales of published models.
                            FloatType.F32.set(
                                    weight.scales(), 0, FloatType.BF16.round((float) scale));
                    case ScaleGranularity.PerGroup(int _, FloatType type) ->
                            scales(weight, type, scale, 0);
                }
            }
            case Binary(int _, Binary.Mode mode, FloatType type) -> {
                bytes(weight, weight.codes(), new byte[0]);
                switch (mode) {
                    case SYMMETRIC -> scales(weight, type, size, 0);
                    case AFFINE -> scales(weight, type, 2 * size, -0.5);
                }
            }
            case Affine(int bits, int _, FloatType type) -> {
                // Two bits are how ternary models are published.
                boolean ternary = bits == 2;
                int largest = (1 << bits) - 1;
                double scale = size * (ternary ? Math.sqrt(1.5) : Math.sqrt(12) / largest);
                bytes(weight, weight.codes(), ternary ? FOUR_CODES : new byte[0]);
                scales(weight, type, scale, ternary ? -1 : -largest / 2.0);
            }
            case Blocks(BlockType type) -> {
                bytes(weight, weight.codes(), new byte[0]);
                blocks(weight, type);
            }
        }
    }

    private SplittableRandom random(String name, long chunk) {
        long mixed = (seed * 31 + name.hashCode()) * 0x9E3779B97F4A7C15L + chunk;
        return new SplittableRandom(new SplittableRandom(mixed).nextLong());
    }

    /**
     * Fills a plane with random bytes.
     *
     * @param table what a byte becomes; empty if it stays
     */
    private void bytes(Weight weight, MemorySegment plane, byte[] table) {
        LongStream.range(0, Math.ceilDiv(plane.byteSize(), CHUNK))
                .parallel()
                .forEach(
                        chunk -> {
                            long from = chunk * CHUNK;
                            long bytes = Math.min(CHUNK, plane.byteSize() - from);
                            fill(plane.asSlice(from, bytes), random(weight.name(), chunk), table);
                        });
    }

    private static void fill(MemorySegment plane, SplittableRandom random, byte[] table) {
        long at = 0;
        for (; at + Long.BYTES <= plane.byteSize(); at += Long.BYTES) {
            plane.set(LONG, at, mapped(random.nextLong(), table));
        }
        long rest = mapped(random.nextLong(), table);
        for (; at < plane.byteSize(); at++, rest >>>= Byte.SIZE) {
            plane.set(ValueLayout.JAVA_BYTE, at, (byte) rest);
        }
    }

    private static long mapped(long bits, byte[] table) {
        if (table.length == 0) {
            return bits;
        }
        long mapped = 0;
        for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
            int byteOfBits = (int) (bits >>> shift) & 0xff;
            mapped |= Byte.toUnsignedLong(table[byteOfBits]) << shift;
        }
        return mapped;
    }

    /** Numbers of a norm are about one, those of a matrix about its magnitude. */
    private void dense(Weight weight, FloatType type) {
        long count = weight.shape().elements();
        boolean norm = weight.shape().rows() == 1;
        float spread = (float) (norm ? 0.2 : magnitude(weight.shape()) * Math.sqrt(12));
        float centre = norm ? 1 : 0;
        LongStream.range(0, Math.ceilDiv(count, CHUNK))
                .parallel()
                .forEach(
                        chunk -> {
                            SplittableRandom random = random(weight.name(), chunk);
                            long end = Math.min(count, (chunk + 1) * CHUNK);
                            for (long i = chunk * CHUNK; i < end; i++) {
                                float unit = (random.nextInt() >> 8) * 0x1p-24f;
                                type.set(weight.codes(), i, centre + spread * unit);
                            }
                        });
    }

    /** Scales between half and one and a half of {@code scale}, biases that follow from them. */
    private void scales(Weight weight, FloatType type, double scale, double biasOfScale) {
        SplittableRandom random = random(weight.name(), -1);
        long count = weight.scales().byteSize() / type.byteSize();
        for (long i = 0; i < count; i++) {
            float stored = type.round((float) (scale * (0.5 + random.nextDouble())));
            type.set(weight.scales(), i, stored);
            if (weight.planes().size() == 3) {
                type.set(weight.biases(), i, (float) (stored * biasOfScale));
            }
        }
    }

    /** Sets the floats of random blocks; codes and integer scales stay as they are. */
    private static void blocks(Weight weight, BlockType type) {
        double size = magnitude(weight.shape()) * Math.sqrt(12) / (1 << type.bits());
        long blocks = weight.codes().byteSize() / type.blockBytes();
        for (long i = 0; i < blocks; i++) {
            MemorySegment block = weight.codes().asSlice(i * type.blockBytes(), type.blockBytes());
            switch (type) {
                case Q8_0, Q5_0, Q4_0 -> f16(block, 0, size);
                case Q4_1 -> {
                    f16(block, 0, size);
                    f16(block, 2, -size * 8);
                }
                // Integer scales are 74 and 32 on average.
                case Q6_K -> f16(block, 208, size / 74);
                case Q4_K -> {
                    f16(block, 0, size / 32);
                    f16(block, 2, size * 8 / 32);
                }
            }
        }
    }

    private static void f16(MemorySegment block, long at, double value) {
        FloatType.F16.set(block.asSlice(at, Short.BYTES), 0, (float) value);
    }
}
