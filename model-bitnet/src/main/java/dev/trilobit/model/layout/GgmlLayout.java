package dev.trilobit.model.layout;

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
import dev.trilobit.api.quant.WeightFormat;
import dev.trilobit.model.file.FourthCodeException;
import dev.trilobit.model.file.GgmlType;
import dev.trilobit.model.file.ModelFormatException;
import dev.trilobit.model.file.StoredTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Decodes the tensors of GGUF files into weight formats of the API, exactly, and encodes them:
 *
 * <ul>
 *   <li>F32, F16, BF16: {@link Dense};
 *   <li>Q8_0, Q6_K, Q5_0, Q4_0, Q4_1, Q4_K: {@link Blocks};
 *   <li>Q1_0: {@link Binary} of groups of 128, symmetric, with f16 scales;
 *   <li>Q2_0, PQ2_0: {@link Ternary} of groups of 64 or 128 with f16 scales, or {@link
 *       dev.trilobit.api.quant.Affine} of two bits if there are codes of 3;
 *   <li>TQ1_0, TQ2_0, PTQ1_0: {@link Ternary} of groups of 256 or 128 with f16 scales;
 *   <li>I2_S: {@link Ternary} of one scale, in the {@link I2sLayout} it was written in.
 * </ul>
 *
 * <p>The first two kinds stay where they are mapped. Source: ggml {@code ggml-quants.c}; for I2_S
 * bitnet.cpp, for PQ2_0, PTQ1_0 and older Q2_0 PrismML's fork of llama.cpp.
 *
 * @param i2s how I2_S tensors were written
 */
public record GgmlLayout(I2sLayout i2s) {
    /** Types whose fourth code makes them more than ternary where a tensor uses it. */
    private static final Set<GgmlType> TWO_BIT =
            Collections.unmodifiableSet(
                    EnumSet.of(GgmlType.Q2_0, GgmlType.Q2_0_G128, GgmlType.PQ2_0));

    private static final MemorySegment NO_SCALES = MemorySegment.ofArray(new byte[0]);

    /**
     * Returns the format that {@link #decode} makes of a tensor; a tensor of two bits is ternary if
     * a few pages of it are.
     *
     * @param tensor of a GGUF file
     * @throws IllegalArgumentException if it is of another file
     */
    public WeightFormat format(StoredTensor tensor) {
        GgmlType type = type(tensor);
        return TWO_BIT.contains(type)
                ? TwoBitTensors.sampledFormat(tensor.bytes(), type)
                : format(type);
    }

    /**
     * Returns the format of a tensor; all of a tensor of two bits is read for it.
     *
     * @param tensor of a GGUF file
     * @throws IllegalArgumentException if it is of another file
     */
    public WeightFormat exactFormat(StoredTensor tensor) {
        GgmlType type = type(tensor);
        return TWO_BIT.contains(type)
                ? TwoBitTensors.exactFormat(tensor.bytes(), type)
                : format(type);
    }

    /**
     * Returns the format in which a type holds its numbers; of a two-bit type its ternary one,
     * which three of its four codes are enough for.
     */
    public static WeightFormat format(GgmlType type) {
        return switch (type) {
            case F32 -> new Dense(FloatType.F32);
            case F16 -> new Dense(FloatType.F16);
            case BF16 -> new Dense(FloatType.BF16);
            case Q8_0 -> new Blocks(BlockType.Q8_0);
            case Q6_K -> new Blocks(BlockType.Q6_K);
            case Q5_0 -> new Blocks(BlockType.Q5_0);
            case Q4_0 -> new Blocks(BlockType.Q4_0);
            case Q4_1 -> new Blocks(BlockType.Q4_1);
            case Q4_K -> new Blocks(BlockType.Q4_K);
            case Q1_0 -> new Binary(type.blockWeights(), Binary.Mode.SYMMETRIC, FloatType.F16);
            case Q2_0, Q2_0_G128, PQ2_0, TQ1_0, TQ2_0, PTQ1_0 ->
                    ternary(new ScaleGranularity.PerGroup(type.blockWeights(), FloatType.F16));
            case I2_S -> ternary(new ScaleGranularity.PerTensor());
        };
    }

    /**
     * Returns the planes of a tensor in {@link #format}: views of the mapped file where they lie in
     * it so, else memory of {@code arena}. Large tensors are decoded on several threads.
     *
     * @param tensor of a GGUF file
     * @param shape what its extents are as a matrix; rows of it are rows of the tensor
     * @param arena owns what is decoded
     * @throws IllegalArgumentException if {@code shape} has another number of weights or rows that
     *     divide blocks, or the tensor is of another file
     * @throws FourthCodeException if a tensor of two bits is not ternary as {@link #format} found
     * @throws ModelFormatException if an I2_S tensor does not divide into the blocks of its layout
     */
    public List<MemorySegment> decode(StoredTensor tensor, MatrixShape shape, Arena arena) {
        return decode(tensor, format(tensor), shape, arena);
    }

    /**
     * Does as {@link #decode(StoredTensor, MatrixShape, Arena)}.
     *
     * @param format what {@link #format} or {@link #exactFormat} gave
     */
    public List<MemorySegment> decode(
            StoredTensor tensor, WeightFormat format, MatrixShape shape, Arena arena) {
        GgmlType type = type(tensor);
        requireShape(tensor, type, shape);
        return switch (type) {
            case F32, F16, BF16, Q8_0, Q6_K, Q5_0, Q4_0, Q4_1, Q4_K -> List.of(tensor.bytes());
            case Q1_0, Q2_0, Q2_0_G128, PQ2_0, TQ1_0, TQ2_0, PTQ1_0 ->
                    decodeGroups(tensor, format.planes(shape), arena);
            case I2_S -> decodeWhole(tensor, shape, arena);
        };
    }

    private List<MemorySegment> decodeGroups(
            StoredTensor tensor, List<Plane> extents, Arena arena) {
        GgmlType type = type(tensor);
        List<MemorySegment> planes = new ArrayList<>();
        for (Plane plane : extents) {
            planes.add(arena.allocate(plane.byteSize(), Long.BYTES));
        }
        grouped(type).decode(tensor.bytes(), planes.get(0), planes.get(1));
        if (planes.size() == 3) {
            TwoBitTensors.negate(planes.get(1), planes.get(2));
        } else if (TWO_BIT.contains(type) && TwoBitTensors.codesHaveThree(planes.getFirst())) {
            throw new FourthCodeException(tensor);
        }
        return planes;
    }

    private List<MemorySegment> decodeWhole(StoredTensor tensor, MatrixShape shape, Arena arena) {
        requireDivision(tensor, shape);
        long codeBytes = shape.elements() / 4;
        MemorySegment codes = arena.allocate(codeBytes, Long.BYTES);
        MemorySegment blocks = tensor.bytes().asSlice(0, codeBytes);
        whole(shape).decode(blocks, codes, NO_SCALES);
        return List.of(codes, tensor.bytes().asSlice(codeBytes, Float.BYTES));
    }

    /**
     * Encodes a weight: what {@link #decode} takes apart, byte for byte, where the bytes are those
     * ggml itself would have written.
     *
     * @param weight in the format of {@code type}; of two bits ternary or affine
     * @param target out, {@code type.byteSize} bytes; overwritten
     * @throws IllegalArgumentException if {@code type} cannot hold the weight as it is, naming what
     *     is in the way
     */
    public void encode(Weight weight, GgmlType type, MemorySegment target) {
        GgmlEncoding.require(weight, type, target);
        switch (type) {
            case F32, F16, BF16, Q8_0, Q6_K, Q5_0, Q4_0, Q4_1, Q4_K ->
                    target.copyFrom(weight.codes());
            case Q1_0, Q2_0, Q2_0_G128, PQ2_0, TQ1_0, TQ2_0, PTQ1_0 ->
                    grouped(type).encode(weight.codes(), weight.scales(), target);
            case I2_S -> encodeWhole(weight, target);
        }
    }

    private void encodeWhole(Weight weight, MemorySegment target) {
        String problem = indivisible(weight.shape());
        if (!problem.isEmpty()) {
            throw new IllegalArgumentException(weight.name() + ": " + problem);
        }
        long codeBytes = weight.shape().elements() / 4;
        whole(weight.shape()).encode(weight.codes(), NO_SCALES, target.asSlice(0, codeBytes));
        target.asSlice(codeBytes).fill((byte) 0);
        target.asSlice(codeBytes, Float.BYTES).copyFrom(weight.scales());
    }

    private static BlockLayout grouped(GgmlType type) {
        return switch (type) {
            case Q1_0 -> BlockLayout.Q1_0;
            case Q2_0 -> BlockLayout.Q2_0;
            case Q2_0_G128, PQ2_0 -> BlockLayout.Q2_0_G128;
            case TQ1_0 -> BlockLayout.TQ1_0;
            case TQ2_0 -> BlockLayout.TQ2_0;
            case PTQ1_0 -> BlockLayout.PTQ1_0;
            case F32, F16, BF16, Q8_0, Q6_K, Q5_0, Q4_0, Q4_1, Q4_K, I2_S ->
                    throw new IllegalArgumentException(type + " is not split into codes by block");
        };
    }

    private BlockLayout whole(MatrixShape shape) {
        return switch (i2s) {
            case A -> BlockLayout.ofHighBitsFirst(32);
            case B -> BlockLayout.ofHighBitsFirst(16);
            case C -> BlockLayout.ofHighBitsFirst(shape.cols());
        };
    }

    private void requireDivision(StoredTensor tensor, MatrixShape shape) {
        String problem = indivisible(shape);
        if (!problem.isEmpty()) {
            throw new ModelFormatException(
                    tensor.file(),
                    "tensor %s at byte %d: %s"
                            .formatted(tensor.name(), tensor.byteOffset(), problem));
        }
    }

    /** Says why a matrix cannot be I2_S of the layout, or nothing. */
    private String indivisible(MatrixShape shape) {
        boolean divisible =
                shape.cols() % 4 == 0
                        && switch (i2s) {
                            case A -> shape.elements() % 128 == 0;
                            case B -> shape.elements() % 64 == 0;
                            case C -> shape.rows() % 4 == 0;
                        };
        return divisible
                ? ""
                : "I2_S in layout %s: expected columns of a multiple of 4 and %s, got %s"
                        .formatted(
                                i2s.label(),
                                switch (i2s) {
                                    case A -> "a multiple of 128 weights";
                                    case B -> "a multiple of 64 weights";
                                    case C -> "rows of a multiple of 4";
                                },
                                shape);
    }

    private static Ternary ternary(ScaleGranularity scales) {
        return new Ternary(TernaryPacking.CONSECUTIVE, scales);
    }

    private static void requireShape(StoredTensor tensor, GgmlType type, MatrixShape shape) {
        long weights = 1;
        for (long extent : tensor.shape()) {
            weights *= extent;
        }
        boolean divides = type == GgmlType.I2_S || shape.cols() % type.blockWeights() == 0;
        if (weights != shape.elements() || !divides) {
            throw new IllegalArgumentException(
                    "%s: %s is no matrix %s".formatted(tensor.place(), tensor.layout(), shape));
        }
    }

    private static GgmlType type(StoredTensor tensor) {
        if (tensor.type() instanceof GgmlType type) {
            return type;
        }
        throw new IllegalArgumentException(
                "%s: expected a tensor of a GGUF file, got %s"
                        .formatted(tensor.place(), tensor.layout()));
    }
}
