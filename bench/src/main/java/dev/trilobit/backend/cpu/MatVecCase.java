package dev.trilobit.backend.cpu;

import dev.trilobit.api.program.ActivationQuant;
import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.Binary;
import dev.trilobit.api.quant.BlockType;
import dev.trilobit.api.quant.Blocks;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.ScaleGranularity;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.api.quant.TernaryPacking;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.api.quant.WeightFormat;
import dev.trilobit.api.quant.WeightWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;

/** A random matrix and token, for a kernel and, unpacked to arrays, for its scalar twin. */
final class MatVecCase {
    private static final int GROUP = 128;

    /** Ends the names of kernels with rounded activations. */
    private static final String INT8 = "-int8";

    private final Weight weight;
    private final ActivationQuant quant;
    private final float[] x;
    private final byte[] q;
    private final byte[] codes;
    private final short[] halves;
    private final float[] scales;
    private final float[] biases;
    private final int[] dots;
    private final float[] y;

    private MatVecCase(Weight weight, ActivationQuant quant, Random random) {
        MatrixShape shape = weight.shape();
        this.weight = weight;
        this.quant = quant;
        this.x = new float[shape.cols()];
        this.q = new byte[shape.cols()];
        for (int c = 0; c < x.length; c++) {
            x[c] = (float) random.nextGaussian();
            q[c] = (byte) random.nextInt(-127, 128);
        }
        this.dots = new int[shape.rows()];
        this.y = new float[shape.rows()];
        MemorySegment first = weight.codes();
        boolean dense = weight.format() instanceof Dense;
        boolean half = dense && !weight.format().equals(new Dense(FloatType.F32));
        this.codes = dense ? new byte[0] : first.toArray(ValueLayout.JAVA_BYTE);
        this.halves = half ? first.toArray(ValueLayout.JAVA_SHORT) : new short[0];
        int groups = shape.rows() * Math.ceilDiv(shape.cols(), GROUP);
        this.scales =
                dense && !half
                        ? first.toArray(ValueLayout.JAVA_FLOAT)
                        : groupNumbers(weight, 1, groups);
        this.biases = groupNumbers(weight, 2, groups);
    }

    /** Makes the case called {@code kernel}. */
    static MatVecCase of(String kernel, int rows, int cols, Arena arena) {
        var perTensor = new ScaleGranularity.PerTensor();
        var perGroup = new ScaleGranularity.PerGroup(GROUP, FloatType.F16);
        boolean rounded = kernel.endsWith(INT8);
        WeightFormat format =
                switch (rounded ? kernel.substring(0, kernel.length() - INT8.length()) : kernel) {
                    case "ternary" -> new Ternary(TernaryPacking.CONSECUTIVE, perTensor);
                    case "ternary-g128" -> new Ternary(TernaryPacking.CONSECUTIVE, perGroup);
                    case "binary-g128" -> new Binary(GROUP, Binary.Mode.SYMMETRIC, FloatType.F16);
                    case "binary-affine-g128" ->
                            new Binary(GROUP, Binary.Mode.AFFINE, FloatType.F16);
                    case "affine2-g128" -> new Affine(2, GROUP, FloatType.F16);
                    case "affine4-g128" -> new Affine(4, GROUP, FloatType.F16);
                    case "affine8-g128" -> new Affine(8, GROUP, FloatType.F16);
                    case "q8_0" -> new Blocks(BlockType.Q8_0);
                    case "q6_k" -> new Blocks(BlockType.Q6_K);
                    case "q4_k" -> new Blocks(BlockType.Q4_K);
                    case "f32" -> new Dense(FloatType.F32);
                    case "bf16" -> new Dense(FloatType.BF16);
                    case "f16" -> new Dense(FloatType.F16);
                    default -> throw new IllegalArgumentException("no kernel " + kernel);
                };
        ActivationQuant quant =
                !rounded
                        ? ActivationQuant.NONE
                        : kernel.equals("ternary-int8")
                                ? ActivationQuant.INT8_PER_TOKEN
                                : ActivationQuant.INT8_PER_GROUP;
        var random = new Random(640);
        return new MatVecCase(weight(format, rows, cols, random, arena), quant, random);
    }

    private static Weight weight(
            WeightFormat format, int rows, int cols, Random random, Arena arena) {
        var writer = new WeightWriter("w", new MatrixShape(rows, cols), format, arena);
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < cols; c++) {
                switch (format) {
                    case Dense _ -> writer.setValue(r, c, (float) random.nextGaussian());
                    case Ternary _ -> writer.setCode(r, c, random.nextInt(3));
                    case Binary _ -> writer.setCode(r, c, random.nextInt(2));
                    case Affine(int bits, var _, var _) ->
                            writer.setCode(r, c, random.nextInt(1 << bits));
                    case Blocks(BlockType type) ->
                            writer.setCode(r, c, random.nextInt(1 << type.bits()));
                }
            }
            setScales(writer, format, r, Math.ceilDiv(cols, GROUP), random);
        }
        return writer.weight();
    }

    private static void setScales(
            WeightWriter writer, WeightFormat format, int row, int groups, Random random) {
        switch (format) {
            case Dense _ -> {}
            case Ternary(var _, ScaleGranularity.PerTensor()) -> writer.setScale(0, 0, 1);
            case Blocks(BlockType type) -> {
                for (int b = 0; b < groups * GROUP / type.blockWeights(); b++) {
                    writer.setScale(row, b, (float) random.nextGaussian());
                }
            }
            case Ternary _, Binary _, Affine _ -> {
                for (int g = 0; g < groups; g++) {
                    writer.setScale(row, g, (float) random.nextGaussian());
                    if (format.planes(MatrixShape.vector(1)).size() > 2) {
                        writer.setBias(row, g, (float) random.nextGaussian());
                    }
                }
            }
        }
    }

    /** Unpacks plane {@code plane} of f16 scales or biases; zeros if the format has none. */
    private static float[] groupNumbers(Weight weight, int plane, int groups) {
        float[] numbers = new float[groups];
        if (plane < weight.planes().size()
                && weight.planes().get(plane).byteSize() == (long) groups * Short.BYTES) {
            for (int i = 0; i < groups; i++) {
                numbers[i] = FloatType.F16.get(weight.planes().get(plane), i);
            }
        }
        return numbers;
    }

    /** The matrix. */
    Weight weight() {
        return weight;
    }

    /** Rounding of the activations. */
    ActivationQuant quant() {
        return quant;
    }

    /** The token. */
    float[] activations() {
        return x;
    }

    /** Multiplies one weight after the other. */
    float[] scalar() {
        switch (weight.format()) {
            case Ternary(var _, ScaleGranularity.PerTensor()) -> {
                ScalarTwins.ternary(codes, x.length, q, dots);
                for (int r = 0; r < y.length; r++) {
                    y[r] = dots[r];
                }
            }
            case Ternary(var _, ScaleGranularity.PerGroup _) ->
                    ScalarTwins.twoBits(codes, -1, GROUP, scales, biases, x, y);
            case Binary(var _, Binary.Mode mode, var _) -> {
                switch (mode) {
                    case SYMMETRIC -> ScalarTwins.symmetricBits(codes, GROUP, scales, x, y);
                    case AFFINE -> ScalarTwins.affineBits(codes, GROUP, scales, biases, x, y);
                }
            }
            case Affine(int bits, var _, var _) -> {
                if (bits != 2) {
                    throw withoutTwin();
                }
                ScalarTwins.twoBits(codes, 0, GROUP, scales, biases, x, y);
            }
            case Blocks _ -> throw withoutTwin();
            case Dense(FloatType type) -> {
                switch (type) {
                    case F32 -> ScalarTwins.dense(scales, x, y);
                    case BF16 -> ScalarTwins.denseBfloats(halves, x, y);
                    case F16 -> ScalarTwins.denseHalves(halves, x, y);
                }
            }
        }
        return y;
    }

    private IllegalArgumentException withoutTwin() {
        return new IllegalArgumentException(weight.format().label() + ": no scalar twin");
    }
}
