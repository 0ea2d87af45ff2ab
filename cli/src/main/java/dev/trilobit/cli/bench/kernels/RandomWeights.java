package dev.trilobit.cli.bench.kernels;

import dev.trilobit.api.program.WeightRef;
import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.Binary;
import dev.trilobit.api.quant.BlockType;
import dev.trilobit.api.quant.Blocks;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.Plane;
import dev.trilobit.api.quant.ScaleGranularity;
import dev.trilobit.api.quant.Ternary;
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
import java.util.function.LongUnaryOperator;

/**
 * Random matrices, made when asked for: any codes, and numbers between a half and one of either
 * sign.
 *
 * @param refs what there is
 */
record RandomWeights(Map<String, WeightRef> refs) implements WeightSource {
    private static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** The low bits of each pair of bits. */
    private static final long LOW = 0x5555_5555_5555_5555L;

    RandomWeights {
        refs = Map.copyOf(refs);
    }

    @Override
    public Weight weight(String name, Arena arena) {
        WeightRef ref = refs.get(name);
        if (ref == null) {
            throw new IllegalArgumentException("there is no weight " + name);
        }
        var random = new SplittableRandom(name.hashCode());
        List<MemorySegment> planes = new ArrayList<>();
        for (Plane plane : ref.format().planes(ref.shape())) {
            planes.add(arena.allocate(plane.byteSize(), Long.BYTES));
        }
        var weight = new Weight(name, ref.shape(), ref.format(), planes);
        switch (ref.format()) {
            case Dense(FloatType type) -> fill(weight.codes(), random, numbers(type));
            case Ternary(var _, ScaleGranularity scales) -> {
                fill(weight.codes(), random, RandomWeights::withoutThrees);
                fill(weight.scales(), random, numbers(scaleType(scales)));
            }
            case Binary(int _, Binary.Mode _, FloatType type) -> codes(weight, random, type);
            case Affine(int _, int _, FloatType type) -> codes(weight, random, type);
            case Blocks(BlockType type) -> blocks(weight.codes(), random, type);
        }
        return weight;
    }

    private static FloatType scaleType(ScaleGranularity scales) {
        return switch (scales) {
            case ScaleGranularity.PerTensor() -> FloatType.F32;
            case ScaleGranularity.PerGroup(int _, FloatType type) -> type;
        };
    }

    private static void codes(Weight weight, SplittableRandom random, FloatType type) {
        fill(weight.codes(), random, bits -> bits);
        weight.planes().stream().skip(1).forEach(plane -> fill(plane, random, numbers(type)));
    }

    /** Sign and mantissa stay random, the exponent is that of a half. */
    static LongUnaryOperator numbers(FloatType type) {
        return switch (type) {
            case F32 -> bits -> (bits & 0x807f_ffff_807f_ffffL) | 0x3f00_0000_3f00_0000L;
            case BF16 -> bits -> (bits & 0x807f_807f_807f_807fL) | 0x3f00_3f00_3f00_3f00L;
            case F16 -> bits -> (bits & 0x83ff_83ff_83ff_83ffL) | 0x3800_3800_3800_3800L;
        };
    }

    /** A code of 3 becomes 2. */
    static long withoutThrees(long bits) {
        return bits & ~(bits >>> 1 & LOW);
    }

    private static void fill(MemorySegment plane, SplittableRandom random, LongUnaryOperator map) {
        long at = 0;
        for (; at + Long.BYTES <= plane.byteSize(); at += Long.BYTES) {
            plane.set(LONG, at, map.applyAsLong(random.nextLong()));
        }
        long rest = map.applyAsLong(random.nextLong());
        for (; at < plane.byteSize(); at++, rest >>>= Byte.SIZE) {
            plane.set(ValueLayout.JAVA_BYTE, at, (byte) rest);
        }
    }

    /** Any bytes, but the f16 numbers of a block have the exponent of a half. */
    private static void blocks(MemorySegment plane, SplittableRandom random, BlockType type) {
        fill(plane, random, bits -> bits);
        LongUnaryOperator number = numbers(FloatType.F16);
        int[] offsets =
                switch (type) {
                    case Q8_0, Q5_0, Q4_0 -> new int[] {0};
                    case Q4_1, Q4_K -> new int[] {0, 2};
                    case Q6_K -> new int[] {208};
                };
        for (long block = 0; block < plane.byteSize(); block += type.blockBytes()) {
            for (int offset : offsets) {
                short bits = (short) number.applyAsLong(random.nextLong());
                plane.set(
                        ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN),
                        block + offset,
                        bits);
            }
        }
    }
}
