package dev.trilobit.backend.cpu;

import dev.trilobit.api.program.ActivationQuant;
import dev.trilobit.api.program.AttentionSpec;
import dev.trilobit.api.program.GateActivation;
import dev.trilobit.api.program.Program;
import dev.trilobit.api.program.ProgramBuilder;
import dev.trilobit.api.program.RopeScaling;
import dev.trilobit.api.program.RopeSpec;
import dev.trilobit.api.program.Value;
import dev.trilobit.api.program.WeightRef;
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
import java.util.Random;

/** A decoder of two layers with random weights from a fixed seed; awkward sizes throughout. */
final class TinyDecoder {
    static final int VOCABULARY = 67;
    static final int CONTEXT = 210;

    private static final int KV_HEADS = 2;
    private static final int LAYERS = 2;
    private static final WeightFormat F32 = new Dense(FloatType.F32);

    private final Random random = new Random(7);
    private final TestWeights weights = new TestWeights();
    private final WeightFormat linearFormat;
    private final ActivationQuant activations;
    private final int hidden;
    private final int headDim;
    private final int heads;
    private final int inner;
    private final Program program;

    /** Makes a decoder whose linear layers have these weights and round their input so. */
    TinyDecoder(WeightFormat linearFormat, ActivationQuant activations) {
        this.linearFormat = linearFormat;
        this.activations = activations;
        boolean blocks = linearFormat instanceof Blocks;
        headDim = blocks ? 32 : 22;
        heads = blocks ? 8 : 6;
        hidden = heads * headDim;
        inner = blocks ? 1792 : 2053;
        this.program = build();
    }

    /** Ternary weights, int8 activations. */
    static TinyDecoder ternary() {
        return new TinyDecoder(
                new Ternary(TernaryPacking.CONSECUTIVE, new ScaleGranularity.PerTensor()),
                ActivationQuant.INT8_PER_TOKEN);
    }

    /** One-bit weights in groups of 32, float activations. */
    static TinyDecoder binary() {
        return new TinyDecoder(
                new Binary(32, Binary.Mode.AFFINE, FloatType.F16), ActivationQuant.NONE);
    }

    Program program() {
        return program;
    }

    /** The weights, open to changes. */
    TestWeights weights() {
        return weights;
    }

    private Program build() {
        var builder = new ProgramBuilder(VOCABULARY);
        WeightRef embedding = make("embed", VOCABULARY, hidden, F32);
        Value x = builder.embed(embedding);
        var rope = new RopeSpec(headDim, 10_000, new RopeScaling.None());
        var attention = new AttentionSpec(heads, KV_HEADS, headDim, 0.4f);
        for (int l = 0; l < LAYERS; l++) {
            Value h = builder.rmsNorm(x, make(l + ".norm1", 1, hidden, F32), 1e-5f);
            Value q = linear(builder, h, l + ".q", heads * headDim);
            Value k = linear(builder, h, l + ".k", KV_HEADS * headDim);
            Value v = linear(builder, h, l + ".v", KV_HEADS * headDim);
            Value a = builder.attend(builder.rope(q, rope), builder.rope(k, rope), v, attention);
            x = builder.add(x, linear(builder, a, l + ".o", hidden));
            h = builder.rmsNorm(x, make(l + ".norm2", 1, hidden, F32), 1e-5f);
            Value gate = linear(builder, h, l + ".gate", inner);
            Value up = linear(builder, h, l + ".up", inner);
            Value gated = builder.gate(gate, up, GateActivation.RELU_SQUARED);
            gated = builder.rmsNorm(gated, make(l + ".norm3", 1, inner, F32), 1e-5f);
            x = builder.add(x, linear(builder, gated, l + ".down", hidden));
        }
        x = builder.rmsNorm(x, make("norm", 1, hidden, F32), 1e-5f);
        builder.linear(x, embedding, ActivationQuant.NONE);
        return builder.build();
    }

    private Value linear(ProgramBuilder builder, Value in, String name, int rows) {
        return builder.linear(in, make(name, rows, in.width(), linearFormat), activations);
    }

    private WeightRef make(String name, int rows, int cols, WeightFormat format) {
        var shape = new MatrixShape(rows, cols);
        weights.put(random(name, shape, format, random));
        return new WeightRef(name, shape, format);
    }

    /** Makes a weight of random codes and scales, or of values around 1 for a vector. */
    static Weight random(String name, MatrixShape shape, WeightFormat format, Random random) {
        var writer = new WeightWriter(name, shape, format, Arena.ofAuto());
        for (int r = 0; r < shape.rows(); r++) {
            for (int c = 0; c < shape.cols(); c++) {
                if (format instanceof Dense) {
                    double spread = shape.rows() == 1 ? 0.1 : 0.5;
                    double center = shape.rows() == 1 ? 1 : 0;
                    writer.setValue(r, c, (float) (center + spread * random.nextGaussian()));
                } else {
                    writer.setCode(r, c, random.nextInt(codes(format)));
                }
            }
        }
        switch (format) {
            case Ternary _ -> writer.setScale(0, 0, 0.21f);
            case Binary(int size, Binary.Mode _, FloatType _) -> {
                for (int r = 0; r < shape.rows(); r++) {
                    for (int g = 0; g < WeightFormat.groups(shape.cols(), size); g++) {
                        float scale = 0.2f + 0.2f * random.nextFloat();
                        writer.setScale(r, g, scale);
                        writer.setBias(r, g, -scale / 2);
                    }
                }
            }
            case Affine(int bits, int size, FloatType _) -> {
                for (int r = 0; r < shape.rows(); r++) {
                    for (int g = 0; g < WeightFormat.groups(shape.cols(), size); g++) {
                        float range = 0.3f + 0.3f * random.nextFloat();
                        writer.setScale(r, g, range / (1 << bits));
                        writer.setBias(r, g, -range / 2);
                    }
                }
            }
            case Blocks(BlockType type) -> fillBlocks(writer, shape, type, random);
            case Dense _ -> {}
        }
        return writer.weight();
    }

    private static int codes(WeightFormat format) {
        return switch (format) {
            case Ternary _ -> 3;
            case Binary _ -> 2;
            case Affine(int bits, int _, FloatType _) -> 1 << bits;
            case Blocks(BlockType type) -> 1 << type.bits();
            case Dense _ -> throw new IllegalArgumentException("dense weights have no codes");
        };
    }

    /** Weights from -0.3 to 0.3 or less. */
    private static void fillBlocks(
            WeightWriter writer, MatrixShape shape, BlockType type, Random random) {
        int multiples = type.groupWeights() == type.blockWeights() ? 1 : 64;
        float largest = (float) (multiples << type.bits());
        for (int r = 0; r < shape.rows(); r++) {
            for (int b = 0; b < shape.cols() / type.blockWeights(); b++) {
                writer.setScale(r, b, 0.6f / largest);
                if (type.hasBias()) {
                    writer.setBias(r, b, (multiples == 1 ? -0.3f : 0.3f) / multiples);
                }
            }
            for (int g = 0; multiples > 1 && g < shape.cols() / type.groupWeights(); g++) {
                boolean signed = type == BlockType.Q6_K;
                int scale = random.nextInt(signed ? -multiples : 0, multiples);
                writer.setGroupIntegers(r, g, scale, signed ? 0 : scale);
            }
        }
    }
}
