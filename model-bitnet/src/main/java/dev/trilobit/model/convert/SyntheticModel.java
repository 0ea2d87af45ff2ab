package dev.trilobit.model.convert;

import dev.trilobit.api.program.Program;
import dev.trilobit.api.quant.BlockType;
import dev.trilobit.api.quant.Blocks;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.WeightFormat;
import dev.trilobit.model.arch.DecoderModel;
import dev.trilobit.model.arch.DecoderPrograms;
import dev.trilobit.model.arch.ModelConfig;
import dev.trilobit.model.file.ModelFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A model with the sizes of a published one, as {@link ModelShape} knows them, and random weights:
 * for benchmarks and tests without downloads. Scales are such that activations and logits stay near
 * one. The same shape, options and seed give the same bytes on any machine.
 *
 * @param shape whose sizes
 * @param layers decoder layers
 * @param vocabulary token ids
 * @param seed of the random numbers
 */
public record SyntheticModel(ModelShape shape, int layers, int vocabulary, long seed) {
    /** Checks the sizes. */
    public SyntheticModel {
        shape.config(layers, vocabulary);
    }

    /** Returns the model of a shape with all its layers and tokens. */
    public static SyntheticModel of(ModelShape shape) {
        return new SyntheticModel(shape, shape.config().layers(), shape.config().vocabulary(), 0);
    }

    /** Returns this model with fewer or more layers. */
    public SyntheticModel withLayers(int value) {
        return new SyntheticModel(shape, value, vocabulary, seed);
    }

    /** Returns this model with another number of token ids. */
    public SyntheticModel withVocabulary(int value) {
        return new SyntheticModel(shape, layers, value, seed);
    }

    /** Returns this model with other random numbers. */
    public SyntheticModel withSeed(long value) {
        return new SyntheticModel(shape, layers, vocabulary, value);
    }

    /**
     * Writes the model without a tokenizer, as {@link ModelConverter} writes files.
     *
     * @param options format and types; kept tables are those of the published files
     * @throws ConversionRefusedException if a format does not fit; nothing is left then
     * @throws IOException if the target cannot be written; nothing is left then
     */
    public ConversionReport write(
            Path target, ConversionOptions options, ConversionListener listener)
            throws IOException {
        return write(target, options, listener, files(options));
    }

    /**
     * Writes the model with the tokenizer of another one.
     *
     * @param tokenizer its folder or GGUF file, open; not closed by this
     * @param options format and types; kept tables are those of the published files
     * @throws ConversionRefusedException if a format does not fit; nothing is left then
     * @throws IOException if the target cannot be written; nothing is left then
     */
    public ConversionReport write(
            Path target,
            ConversionOptions options,
            ConversionListener listener,
            ModelFolder tokenizer)
            throws IOException {
        return write(target, options, listener, new BorrowedTokenizer(files(options), tokenizer));
    }

    private ConversionReport write(
            Path target,
            ConversionOptions options,
            ConversionListener listener,
            CompanionFiles files)
            throws IOException {
        ModelConfig config = shape.config(layers, vocabulary);
        Program program = program(config, options);
        var weights = new SyntheticWeights(program.weights(), seed);
        var model = new DecoderModel(config, program, weights);
        return new Conversion("synthetic " + shape.label(), model, files, options, listener)
                .run(target);
    }

    /** Files of floats are the masters of a BitNet if there is a key that says so. */
    private SyntheticFiles files(ConversionOptions options) {
        Encoding encoding = options.format().encoding();
        boolean masters = shape.hasMasters() && encoding instanceof Encoding.Plain;
        List<String> notes = new ArrayList<>(shape.differences());
        if (shape.roundsInputs()
                && !masters
                && !RoundedInputs.rounds(encoding, shape.config(layers, vocabulary))) {
            notes.add(
                    "layers of %s round their input to int8 and these take floats, since files of %s do not ask for it"
                            .formatted(shape.title(), options.format().label()));
        }
        return new SyntheticFiles(shape.title(), notes, masters);
    }

    private Program program(ModelConfig config, ConversionOptions options) {
        try {
            return DecoderPrograms.write(
                    config, (module, matrix) -> format(module, matrix, options));
        } catch (IllegalArgumentException e) {
            throw new ConversionRefusedException(String.valueOf(e.getMessage()));
        }
    }

    private WeightFormat format(String module, MatrixShape matrix, ConversionOptions options) {
        boolean gguf = options.format().container() == Container.GGUF;
        if (matrix.rows() == 1) {
            return new Dense(gguf ? FloatType.F32 : FloatType.BF16);
        }
        return switch (module) {
            case ModelPart.EMBEDDING -> table(options, options.embedding(), options.head());
            case ModelPart.HEAD -> table(options, options.head(), options.embedding());
            default -> linear(options);
        };
    }

    private WeightFormat table(ConversionOptions options, TableFormat own, TableFormat other) {
        TableFormat wanted =
                own == TableFormat.KEEP && shape.config().tiedEmbeddings() ? other : own;
        return switch (wanted) {
            case KEEP ->
                    shape.quantizesTables() ? linear(options) : new Dense(floats(options.format()));
            case SAME -> linear(options);
            case F32 -> new Dense(FloatType.F32);
            case F16 -> new Dense(FloatType.F16);
            case BF16 -> new Dense(FloatType.BF16);
            case Q8_0, Q6_K, Q5_0, Q4_0, Q4_1, Q4_K -> new Blocks(BlockType.valueOf(wanted.name()));
            case BITS_8, BITS_6, BITS_5, BITS_4 ->
                    mlx(wanted.bits().orElseThrow(), options).format();
        };
    }

    /** Random numbers are made in the type that holds them, not rounded to it afterwards. */
    private static FloatType floats(ModelFormat format) {
        return switch (format.encoding()) {
            case Encoding.Plain(FloatType type) -> type;
            case Encoding.Ggml _ -> FloatType.F16;
            case Encoding.Mlx _, Encoding.BitNet _ -> FloatType.BF16;
        };
    }

    private WeightFormat linear(ConversionOptions options) {
        Encoding encoding = options.format().encoding();
        return encoding instanceof Encoding.Mlx mlx
                ? mlx(mlx.bits(), options).format()
                : encoding.format();
    }

    private Encoding.Mlx mlx(int bits, ConversionOptions options) {
        int usual = shape.quantizesTables() ? 128 : 64;
        int size = options.groupSize() == 0 ? usual : options.groupSize();
        return new Encoding.Mlx(bits, size, FloatType.F16);
    }
}
