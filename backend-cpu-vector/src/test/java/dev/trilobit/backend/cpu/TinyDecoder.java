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
    static final int CONTEXT = 160;

    private static final int HIDDEN = 132;
    private static final int HEAD_DIM = 22;
    private static final int HEADS = 6;
    private static final int KV_HEADS = 2;
    private static final int INNER = 2053;
    private static final int LAYERS = 2;
    private static final WeightFormat F32 = new Dense(FloatType.F32);

    private final Random random = new Random(7);
    private final TestWeights weights = new TestWeights();
    private final WeightFormat linearFormat;
    private final ActivationQuant activations;
    private final Program program;

    private TinyDecoder(WeightFormat linearFormat, ActivationQuant activations) {
        this.linearFormat = linearFormat;
        this.activations = activations;
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
        WeightRef embedding = make("embed", VOCABULARY, HIDDEN, F32);
        Value x = builder.embed(embedding);
        var rope = new RopeSpec(HEAD_DIM, 10_000, new RopeScaling.None());
        var attention = new AttentionSpec(HEADS, KV_HEADS, HEAD_DIM, 0.4f);
        for (int l = 0; l < LAYERS; l++) {
            Value h = builder.rmsNorm(x, make(l + ".norm1", 1, HIDDEN, F32), 1e-5f);
            Value q = linear(builder, h, l + ".q", HEADS * HEAD_DIM);
            Value k = linear(builder, h, l + ".k", KV_HEADS * HEAD_DIM);
            Value v = linear(builder, h, l + ".v", KV_HEADS * HEAD_DIM);
            Value a = builder.attend(builder.rope(q, rope), builder.rope(k, rope), v, attention);
            x = builder.add(x, linear(builder, a, l + ".o", HIDDEN));
            h = builder.rmsNorm(x, make(l + ".norm2", 1, HIDDEN, F32), 1e-5f);
            Value gate = linear(builder, h, l + ".gate", INNER);
            Value up = linear(builder, h, l + ".up", INNER);
            Value inner = builder.gate(gate, up, GateActivation.RELU_SQUARED);
            inner = builder.rmsNorm(inner, make(l + ".norm3", 1, INNER, F32), 1e-5f);
            x = builder.add(x, linear(builder, inner, l + ".down", HIDDEN));
        }
        x = builder.rmsNorm(x, make("norm", 1, HIDDEN, F32), 1e-5f);
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
                    writer.setCode(r, c, random.nextInt(format instanceof Ternary ? 3 : 2));
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
            case Dense _, Affine _, Blocks _ -> {}
        }
        return writer.weight();
    }
}
