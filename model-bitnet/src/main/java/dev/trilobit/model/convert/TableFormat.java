package dev.trilobit.model.convert;

import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.model.file.GgmlType;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/** How an embedding table or a head is written. */
public enum TableFormat implements Labelled {
    /** As it is in the source; what the target has no form for gets the form of linear layers. */
    KEEP(0),
    /** As the linear layers. */
    SAME(0),
    /** 32-bit floats. */
    F32(0),
    /** 16-bit floats. */
    F16(0),
    /** bfloat16. */
    BF16(0),
    /** GGUF, 8 bits. */
    Q8_0(0),
    /** GGUF, 6 bits. */
    Q6_K(0),
    /** GGUF, 5 bits. */
    Q5_0(0),
    /** GGUF, 4 bits. */
    Q4_0(0),
    /** GGUF, 4 bits with minima. */
    Q4_1(0),
    /** GGUF, 4 bits in large blocks. */
    Q4_K(0),
    /** MLX, 8 bits. */
    BITS_8(8),
    /** MLX, 6 bits. */
    BITS_6(6),
    /** MLX, 5 bits. */
    BITS_5(5),
    /** MLX, 4 bits. */
    BITS_4(4);

    private final int bits;

    TableFormat(int bits) {
        this.bits = bits;
    }

    /**
     * Finds a format by its label.
     *
     * @throws IllegalArgumentException naming all of them if there is none
     */
    public static TableFormat of(String label) {
        return Labelled.find("type", List.of(values()), label);
    }

    /** Returns the name on the command line, such as {@code q6_k} or {@code 8bit}. */
    @Override
    public String label() {
        return bits > 0 ? bits + "bit" : name().toLowerCase(Locale.ROOT);
    }

    /** Returns whether this names a type, so that numbers may be rounded to it. */
    boolean isExplicit() {
        return this != KEEP && this != SAME;
    }

    /** Returns whether a kind of file has this type. */
    boolean fits(Container container) {
        return !isExplicit()
                || switch (container) {
                    case GGUF -> ggml().isPresent();
                    case MLX -> bits > 0 || plain().isPresent();
                    case HUGGING_FACE -> plain().isPresent();
                };
    }

    /** Returns the types of a kind of file, for messages. */
    static String labels(Container container) {
        return Labelled.labels(
                Arrays.stream(values()).filter(format -> format.fits(container)).toList());
    }

    /**
     * Returns a type that loses little, for advice.
     *
     * @param encoding of the same kind of file
     */
    static TableFormat roomy(Encoding encoding, MatrixShape shape) {
        return switch (encoding) {
            case Encoding.Ggml _ ->
                    new Encoding.Ggml(GgmlType.Q8_0).misfit(shape).isEmpty() ? Q8_0 : F16;
            case Encoding.Mlx _ -> BITS_8;
            case Encoding.BitNet _, Encoding.Plain _ -> F32;
        };
    }

    /** Returns the type in a GGUF file. */
    Optional<GgmlType> ggml() {
        return switch (this) {
            case F32, F16, BF16, Q8_0, Q6_K, Q5_0, Q4_0, Q4_1, Q4_K ->
                    Optional.of(GgmlType.valueOf(name()));
            case KEEP, SAME, BITS_8, BITS_6, BITS_5, BITS_4 -> Optional.empty();
        };
    }

    /** Returns the type of plain numbers. */
    Optional<FloatType> plain() {
        return switch (this) {
            case F32, F16, BF16 -> Optional.of(FloatType.valueOf(name()));
            case KEEP, SAME, Q8_0, Q6_K, Q5_0, Q4_0, Q4_1, Q4_K, BITS_8, BITS_6, BITS_5, BITS_4 ->
                    Optional.empty();
        };
    }

    /** Returns the bits of MLX's affine quantization. */
    OptionalInt bits() {
        return bits == 0 ? OptionalInt.empty() : OptionalInt.of(bits);
    }
}
