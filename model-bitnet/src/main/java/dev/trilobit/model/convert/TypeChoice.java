package dev.trilobit.model.convert;

import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.Binary;
import dev.trilobit.api.quant.BlockType;
import dev.trilobit.api.quant.Blocks;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.model.arch.DecoderModel;
import dev.trilobit.model.arch.Quantization;
import dev.trilobit.model.file.GgmlType;
import java.lang.foreign.Arena;
import java.util.Set;

/**
 * Chooses how a matrix is written.
 *
 * @param model what is converted
 * @param modelType of norms and of what is not quantized
 */
record TypeChoice(DecoderModel model, ConversionOptions options, FloatType modelType) {
    /** Chooses for a model, whose own type is that of the embedding or of its scales. */
    static TypeChoice of(DecoderModel model, ModelPart embedding, ConversionOptions options) {
        return new TypeChoice(model, options, modelType(embedding, options));
    }

    private static FloatType modelType(ModelPart embedding, ConversionOptions options) {
        if (options.format().encoding() instanceof Encoding.Plain(FloatType type)) {
            return type;
        }
        return switch (embedding.source().format()) {
            case Dense(FloatType type) -> type;
            case Binary binary -> binary.scaleType();
            case Affine affine -> affine.scaleType();
            case Ternary _, Blocks _ -> FloatType.F16;
        };
    }

    /** Returns how the gain of a norm is written. */
    Encoding norm(ModelPart part) {
        return switch (options.format().container()) {
            case GGUF -> new Encoding.Ggml(GgmlType.F32);
            case MLX, HUGGING_FACE ->
                    new Encoding.Plain(
                            exactTypes(part).contains(modelType) ? modelType : FloatType.F32);
        };
    }

    private Set<FloatType> exactTypes(ModelPart part) {
        try (Arena arena = Arena.ofShared()) {
            return ScaleTypes.exact(model.weights().weight(part.source().name(), arena));
        }
    }

    /** Returns how a linear layer is written; what the source keeps out of BitNet stays out. */
    Encoding linear(ModelPart part) {
        return isLeftOut(part) ? kept(part) : quantized(part);
    }

    private boolean isLeftOut(ModelPart part) {
        return model.config().quantization() instanceof Quantization.BitNet bitNet
                && !bitNet.converts(part.module());
    }

    private Encoding quantized(ModelPart part) {
        return switch (options.format().encoding()) {
            case Encoding.Mlx(int bits, int _, FloatType _) ->
                    new Encoding.Mlx(bits, groupSize(part), scaleType(part));
            case Encoding.BitNet _ ->
                    new Encoding.BitNet(
                            exactTypes(part).contains(FloatType.BF16)
                                    ? FloatType.BF16
                                    : FloatType.F32);
            case Encoding.Ggml ggml -> ggml;
            case Encoding.Plain plain -> plain;
        };
    }

    private int groupSize(ModelPart part) {
        if (options.groupSize() != 0) {
            return options.groupSize();
        }
        int size = part.source().format().runCols(part.source().shape().cols());
        return size == 32 || size == 128 ? size : 64;
    }

    /** The type of the model if it holds the scales, else the smallest that does. */
    private FloatType scaleType(ModelPart part) {
        FloatType own =
                switch (part.source().format()) {
                    case Dense(FloatType type) -> type;
                    case Affine affine -> affine.scaleType();
                    case Binary(int _, Binary.Mode mode, FloatType type) ->
                            mode == Binary.Mode.AFFINE ? type : FloatType.F32;
                    case Ternary _, Blocks _ -> FloatType.F32;
                };
        if (own != FloatType.F32 || part.source().format() instanceof Dense) {
            return own;
        }
        Set<FloatType> exact = exactTypes(part);
        if (exact.contains(modelType)) {
            return modelType;
        }
        return exact.contains(FloatType.F16)
                ? FloatType.F16
                : exact.contains(FloatType.BF16) ? FloatType.BF16 : FloatType.F32;
    }

    /** Returns how an embedding table or a head is written. */
    Encoding table(ModelPart part, TableFormat format) {
        return switch (format) {
            case KEEP -> kept(part);
            case SAME -> asLinear(part);
            case F32,
                    F16,
                    BF16,
                    Q8_0,
                    Q6_K,
                    Q5_0,
                    Q4_0,
                    Q4_1,
                    Q4_K,
                    BITS_8,
                    BITS_6,
                    BITS_5,
                    BITS_4 ->
                    explicit(part, format);
        };
    }

    private Encoding explicit(ModelPart part, TableFormat format) {
        if (options.format().container() == Container.GGUF) {
            return new Encoding.Ggml(format.ggml().orElseThrow());
        }
        if (format.bits().isPresent()) {
            return new Encoding.Mlx(format.bits().getAsInt(), groupSize(part), scaleType(part));
        }
        return new Encoding.Plain(format.plain().orElseThrow());
    }

    private Encoding kept(ModelPart part) {
        if (options.format().encoding() instanceof Encoding.Plain plain) {
            return plain;
        }
        return switch (part.source().format()) {
            case Dense(FloatType type) -> keptDense(type);
            case Blocks(BlockType type) -> keptBlocks(part, type);
            case Affine(int bits, int _, FloatType _) when bits == 8 && isQ8(part) ->
                    new Encoding.Ggml(GgmlType.Q8_0);
            case Binary _, Ternary _, Affine _ -> asLinear(part);
        };
    }

    /** Returns whether GGUF has what 8-bit groups of MLX hold: those that Q8_0 was written as. */
    private boolean isQ8(ModelPart part) {
        if (options.format().container() != Container.GGUF
                || new Encoding.Ggml(GgmlType.Q8_0).misfit(part.source().shape()).isPresent()) {
            return false;
        }
        try (Arena arena = Arena.ofShared()) {
            return ScaleTypes.isQ8(model.weights().weight(part.source().name(), arena));
        }
    }

    /** Transformers quantizes no tables. */
    private Encoding asLinear(ModelPart part) {
        return switch (options.format().container()) {
            case GGUF, MLX -> quantized(part);
            case HUGGING_FACE ->
                    new Encoding.Plain(
                            part.source().format() instanceof Affine ? FloatType.F32 : modelType);
        };
    }

    private Encoding keptDense(FloatType type) {
        return switch (options.format().container()) {
            case GGUF -> new Encoding.Ggml(ggml(type));
            case MLX, HUGGING_FACE -> new Encoding.Plain(type);
        };
    }

    private static GgmlType ggml(FloatType type) {
        return switch (type) {
            case F32 -> GgmlType.F32;
            case F16 -> GgmlType.F16;
            case BF16 -> GgmlType.BF16;
        };
    }

    /** MLX holds most blocks of ggml exactly, in groups of 32. */
    private Encoding keptBlocks(ModelPart part, BlockType type) {
        return switch (options.format().container()) {
            case GGUF -> new Encoding.Ggml(GgmlType.valueOf(type.name()));
            case MLX ->
                    type.groupWeights() == 32
                            ? new Encoding.Mlx(type.bits(), 32, scaleType(part))
                            : quantized(part);
            case HUGGING_FACE -> new Encoding.Plain(FloatType.F32);
        };
    }
}
