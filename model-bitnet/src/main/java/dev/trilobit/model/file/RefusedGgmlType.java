package dev.trilobit.model.file;

/**
 * The tensor types of GGUF files that are known and not read, and what to use instead. Two of
 * different forks may share a number. Source: ggml {@code enum ggml_type} of 2026, its history for
 * the types it dropped, bitnet.cpp and PrismML's fork of llama.cpp.
 */
enum RefusedGgmlType {
    Q4_2(4, "Q4_2, dropped from ggml in 2023", Instead.BLOCKS),
    Q4_3(5, "Q4_3, dropped from ggml in 2023", Instead.BLOCKS),
    Q5_1(7, "Q5_1", Instead.BLOCKS),
    Q8_1(9, "Q8_1", Instead.BLOCKS),
    Q2_K(10, "Q2_K", Instead.BLOCKS),
    Q3_K(11, "Q3_K", Instead.BLOCKS),
    Q5_K(13, "Q5_K", Instead.BLOCKS),
    Q8_K(15, "Q8_K", Instead.BLOCKS),
    IQ2_XXS(16, "IQ2_XXS", Instead.BLOCKS),
    IQ2_XS(17, "IQ2_XS", Instead.BLOCKS),
    IQ3_XXS(18, "IQ3_XXS", Instead.BLOCKS),
    IQ1_S(19, "IQ1_S", Instead.BLOCKS),
    IQ4_NL(20, "IQ4_NL", Instead.BLOCKS),
    IQ3_S(21, "IQ3_S", Instead.BLOCKS),
    IQ2_S(22, "IQ2_S", Instead.BLOCKS),
    IQ4_XS(23, "IQ4_XS", Instead.BLOCKS),
    I8(24, "I8", Instead.FLOATS),
    I16(25, "I16", Instead.FLOATS),
    I32(26, "I32", Instead.FLOATS),
    I64(27, "I64", Instead.FLOATS),
    F64(28, "F64", Instead.FLOATS),
    IQ1_M(29, "IQ1_M", Instead.BLOCKS),
    Q4_0_4_4(31, "Q4_0_4_4, dropped from ggml in 2024", Instead.Q4_0),
    Q4_0_4_8(32, "Q4_0_4_8, dropped from ggml in 2024", Instead.Q4_0),
    Q4_0_8_8(33, "Q4_0_8_8, dropped from ggml in 2024", Instead.Q4_0),
    I8_S(37, "I8_S of bitnet.cpp (IQ4_NL_4_8 of ggml, dropped in 2024)", Instead.I2_S),
    TL1(38, "TL1 of bitnet.cpp (IQ4_NL_8_8 of ggml, dropped in 2024)", Instead.TILED),
    MXFP4(
            39,
            "MXFP4 of ggml, or TL2 of bitnet.cpp",
            "of an MXFP4 model use Q4_K or Q8_0; TL2 " + Instead.TILED),
    NVFP4(
            40,
            "NVFP4 of ggml, or Q1_0 with groups of 32 of early PrismML files",
            "of an NVFP4 model use Q4_K or Q8_0, of a PrismML model the file published later,"
                    + " Q1_0 under id 41");

    private final int id;
    private final String title;
    private final String instead;

    RefusedGgmlType(int id, String title, String instead) {
        this.id = id;
        this.title = title;
        this.instead = instead;
    }

    /** Says why a type that is not a {@link GgmlType} is refused, and what to use instead. */
    static String refusal(long id) {
        for (RefusedGgmlType type : values()) {
            if (type.id == id) {
                return "type %d is %s, which is not supported: %s"
                        .formatted(id, type.title, type.instead);
            }
        }
        return "type %s is unknown: expected one of %s"
                .formatted(Long.toUnsignedString(id), supported());
    }

    private static String supported() {
        var text = new StringBuilder();
        for (GgmlType type : GgmlType.values()) {
            text.append(text.isEmpty() ? "" : ", ").append(type).append(' ').append(type.id());
        }
        return text.toString();
    }

    /** What to use in place of several types. */
    private static final class Instead {
        static final String BLOCKS =
                "use a file quantized to Q4_0, Q4_1, Q4_K, Q5_0, Q6_K or Q8_0, or in F16 or BF16";
        static final String FLOATS = "use a file with weights in F32, F16 or BF16";
        static final String Q4_0 = "use a file quantized to Q4_0, of which it is a rearrangement";
        static final String I2_S = "use a file quantized to I2_S, TQ1_0 or TQ2_0";
        static final String TILED =
                "is tiled for one machine's kernels; use I2_S of the same model";

        private Instead() {}
    }
}
