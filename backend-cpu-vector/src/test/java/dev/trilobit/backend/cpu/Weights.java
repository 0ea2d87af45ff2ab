package dev.trilobit.backend.cpu;

import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.Binary;
import dev.trilobit.api.quant.BlockType;
import dev.trilobit.api.quant.Blocks;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.ScaleGranularity;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.api.quant.WeightFormat;
import dev.trilobit.api.quant.WeightWriter;
import java.lang.foreign.Arena;
import java.util.Random;
import java.util.function.IntSupplier;

/** Makes weights called {@code w} for tests. */
final class Weights {
    private Weights() {}

    /** Makes a weight of random codes, scales and biases; f16 ones are subnormal now and then. */
    static Weight random(WeightFormat format, int rows, int cols, Random random, Arena arena) {
        return make(format, rows, cols, random::nextInt, random, arena);
    }

    /** Makes a weight whose codes are all {@code code}, or the largest if that is too large. */
    static Weight filled(WeightFormat format, int rows, int cols, int code, Arena arena) {
        int largest = codes(format) - 1;
        return make(format, rows, cols, () -> Math.min(code, largest), new Random(7), arena);
    }

    private static Weight make(
            WeightFormat format,
            int rows,
            int cols,
            IntSupplier codes,
            Random random,
            Arena arena) {
        var writer = new WeightWriter("w", new MatrixShape(rows, cols), format, arena);
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < cols; c++) {
                if (format instanceof Dense) {
                    writer.setValue(r, c, number(random));
                } else {
                    writer.setCode(r, c, Math.floorMod(codes.getAsInt(), codes(format)));
                }
            }
            for (int g = 0; g < groups(format, r, cols); g++) {
                writer.setScale(r, g, number(random));
                if (hasBias(format)) {
                    writer.setBias(r, g, number(random));
                }
            }
            if (format instanceof Blocks(BlockType type)) {
                setIntegers(writer, type, r, cols, random);
            }
        }
        return writer.weight();
    }

    private static void setIntegers(
            WeightWriter writer, BlockType type, int row, int cols, Random random) {
        for (int g = 0; g < cols / type.groupWeights(); g++) {
            switch (type) {
                case Q8_0, Q5_0, Q4_0, Q4_1 -> {}
                case Q6_K -> writer.setGroupIntegers(row, g, random.nextInt(-128, 128), 0);
                case Q4_K ->
                        writer.setGroupIntegers(row, g, random.nextInt(64), random.nextInt(64));
            }
        }
    }

    /** Columns that a format can hold: at least {@code cols}. */
    static int fit(WeightFormat format, int cols) {
        return format instanceof Blocks(BlockType type)
                ? Math.ceilDiv(cols, type.blockWeights()) * type.blockWeights()
                : cols;
    }

    private static float number(Random random) {
        float number = (float) random.nextGaussian();
        return random.nextInt(10) == 0 ? number * 1e-6f : number;
    }

    private static int codes(WeightFormat format) {
        return switch (format) {
            case Dense _ -> 1;
            case Ternary _ -> 3;
            case Binary _ -> 2;
            case Affine(int bits, int _, FloatType _) -> 1 << bits;
            case Blocks(BlockType type) -> 1 << type.bits();
        };
    }

    private static int groups(WeightFormat format, int row, int cols) {
        return switch (format) {
            case Dense _ -> 0;
            case Ternary(var _, ScaleGranularity.PerTensor()) -> row == 0 ? 1 : 0;
            case Ternary(var _, ScaleGranularity.PerGroup(int size, var _)) ->
                    Math.ceilDiv(cols, size);
            case Binary(int size, var _, var _) -> Math.ceilDiv(cols, size);
            case Affine(int _, int size, var _) -> Math.ceilDiv(cols, size);
            case Blocks(BlockType type) -> cols / type.blockWeights();
        };
    }

    private static boolean hasBias(WeightFormat format) {
        return format instanceof Affine
                || (format instanceof Binary(var _, Binary.Mode mode, var _)
                        && mode == Binary.Mode.AFFINE)
                || (format instanceof Blocks(BlockType type) && type.hasBias());
    }
}
