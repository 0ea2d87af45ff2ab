package dev.trilobit.model.convert;

import dev.trilobit.api.quant.FloatType;
import dev.trilobit.model.file.GgmlType;
import java.util.List;
import java.util.Locale;

/** What a model can be written as: a kind of file, and how its linear layers lie in it. */
public enum ModelFormat implements Labelled {
    /** GGUF, 1 bit. */
    GGUF_Q1_0(GgmlType.Q1_0, "1 bit, a scale of 128 weights: 1-bit Bonsai"),
    /** GGUF, ternary of ggml. */
    GGUF_Q2_0(
            GgmlType.Q2_0, "ternary or 2 bits, a scale of 64 weights: ternary Bonsai, any BitNet"),
    /** GGUF, ternary of PrismML's fork. */
    GGUF_PQ2_0(
            GgmlType.PQ2_0,
            "the same with a scale of 128 weights; PrismML's fork of llama.cpp only"),
    /** GGUF, ternary in base three of PrismML's fork. */
    GGUF_PTQ1_0(GgmlType.PTQ1_0, "ternary, 5 weights a byte, a scale of 128; PrismML's fork only"),
    /** GGUF, ternary in base three. */
    GGUF_TQ1_0(GgmlType.TQ1_0, "ternary, 5 weights a byte, a scale of 256: the smallest BitNet"),
    /** GGUF, ternary. */
    GGUF_TQ2_0(GgmlType.TQ2_0, "ternary, 4 weights a byte, a scale of 256: BitNet in llama.cpp"),
    /** GGUF of bitnet.cpp. */
    GGUF_I2_S(GgmlType.I2_S, "ternary, one scale a tensor: BitNet in bitnet.cpp, layout a"),
    /** GGUF, 8 bits. */
    GGUF_Q8_0(GgmlType.Q8_0, "8 bits, a scale of 32 weights"),
    /** GGUF, 6 bits. */
    GGUF_Q6_K(GgmlType.Q6_K, "6 bits, blocks of 256 weights"),
    /** GGUF, 5 bits. */
    GGUF_Q5_0(GgmlType.Q5_0, "5 bits, a scale of 32 weights"),
    /** GGUF, 4 bits. */
    GGUF_Q4_0(GgmlType.Q4_0, "4 bits, a scale of 32 weights"),
    /** GGUF, 4 bits with minima. */
    GGUF_Q4_1(GgmlType.Q4_1, "4 bits, scale and minimum of 32 weights"),
    /** GGUF, 4 bits in large blocks. */
    GGUF_Q4_K(GgmlType.Q4_K, "4 bits, blocks of 256 weights"),
    /** GGUF, half precision. */
    GGUF_F16(GgmlType.F16, "16-bit floats, decoded"),
    /** GGUF, bfloat16. */
    GGUF_BF16(GgmlType.BF16, "bfloat16, decoded"),
    /** GGUF, single precision. */
    GGUF_F32(GgmlType.F32, "32-bit floats, decoded"),
    /** MLX folder, 1 bit. */
    MLX_1BIT(1, "1-bit Bonsai; --group-size 128 as published"),
    /** MLX folder, 2 bits. */
    MLX_2BIT(2, "ternary Bonsai, any BitNet"),
    /** MLX folder, 3 bits. */
    MLX_3BIT(3, "affine groups"),
    /** MLX folder, 4 bits. */
    MLX_4BIT(4, "affine groups"),
    /** MLX folder, 5 bits. */
    MLX_5BIT(5, "affine groups"),
    /** MLX folder, 6 bits. */
    MLX_6BIT(6, "affine groups"),
    /** MLX folder, 8 bits. */
    MLX_8BIT(8, "affine groups"),
    /** Hugging Face folder, packed BitNet. */
    HF_BITNET("ternary, one scale a tensor: BitNet in transformers (autobitlinear, offline)"),
    /** Hugging Face folder, bfloat16. */
    HF_BF16(FloatType.BF16, "bfloat16, decoded"),
    /** Hugging Face folder, half precision. */
    HF_F16(FloatType.F16, "16-bit floats, decoded"),
    /** Hugging Face folder, single precision. */
    HF_F32(FloatType.F32, "32-bit floats, decoded");

    private static final int USUAL_GROUP = 64;

    /** One of a closed set of records whose parts never change. */
    @SuppressWarnings("ImmutableEnumChecker")
    private final Encoding encoding;

    private final String description;

    ModelFormat(GgmlType type, String description) {
        this(new Encoding.Ggml(type), description);
    }

    ModelFormat(int bits, String description) {
        this(new Encoding.Mlx(bits, USUAL_GROUP, FloatType.F16), description);
    }

    ModelFormat(FloatType type, String description) {
        this(new Encoding.Plain(type), description);
    }

    ModelFormat(String description) {
        this(new Encoding.BitNet(FloatType.BF16), description);
    }

    ModelFormat(Encoding encoding, String description) {
        this.encoding = encoding;
        this.description = description;
    }

    /**
     * Finds a format by its label.
     *
     * @throws IllegalArgumentException naming all of them if there is none
     */
    public static ModelFormat of(String label) {
        return Labelled.find("format", List.of(values()), label);
    }

    /** Returns the name on the command line, such as {@code gguf-q2_0} or {@code mlx-2bit}. */
    @Override
    public String label() {
        return name().toLowerCase(Locale.ROOT).replaceFirst("_", "-");
    }

    /** Returns the kind of file. */
    public Container container() {
        return switch (encoding) {
            case Encoding.Ggml _ -> Container.GGUF;
            case Encoding.Mlx _ -> Container.MLX;
            case Encoding.BitNet _, Encoding.Plain _ -> Container.HUGGING_FACE;
        };
    }

    /** Returns what is special about it, in a few words. */
    public String description() {
        return description;
    }

    /** Returns how a linear layer lies in the file; group size and scale type are set later. */
    Encoding encoding() {
        return encoding;
    }
}
