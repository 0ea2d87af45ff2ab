package dev.trilobit.model.hub;

import dev.trilobit.model.file.GgmlType;
import dev.trilobit.model.file.SplitName;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the name of a GGUF file says, such as {@code Bonsai-8B-Q1_0.gguf} or {@code
 * model-Q8_0-00001-of-00003.gguf}: names are all one has before a file is fetched.
 *
 * @param stem the name without ending and without the number of a part
 * @param part from 1; 0 if the file is not split
 * @param parts number of parts; 1 if the file is not split
 */
record GgufName(String stem, int part, int parts) {
    private static final String ENDING = ".gguf";

    /**
     * A type of weights.
     *
     * @param name as people write it
     * @param pattern of the name in file names, upper case
     * @param rank less is better here
     * @param why one line; of what is refused, what to take instead
     */
    record Type(String name, Pattern pattern, int rank, String why) {
        private static Type of(String name, int rank, String why) {
            return of(name, name, rank, why);
        }

        private static Type of(String name, String pattern, int rank, String why) {
            return new Type(
                    name, Pattern.compile("(?:^|[-._ ])" + pattern + "(?:$|[-._ ])"), rank, why);
        }

        boolean isRefused() {
            return rank == FileChoice.REFUSED;
        }
    }

    private static final String NO_MODEL = "no language model by itself";
    private static final String TILED =
            "laid out for one kernel of bitnet.cpp; take the I2_S file of the same model";
    private static final String UNREAD = "no type that is read here";

    /** Names of what is not read, or is no model. */
    private static final List<Type> REFUSED =
            List.of(
                    Type.of("mmproj", "MMPROJ.*", FileChoice.REFUSED, "a vision part, " + NO_MODEL),
                    Type.of(
                            "imatrix",
                            "IMATRIX",
                            FileChoice.REFUSED,
                            "figures for quantizing, " + NO_MODEL),
                    Type.of(
                            "drafter",
                            "(?:DSPARK|DRAFTER|DRAFT|EAGLE3?)",
                            FileChoice.REFUSED,
                            "a drafter, " + NO_MODEL),
                    Type.of("TL1", FileChoice.REFUSED, TILED),
                    Type.of("TL2", FileChoice.REFUSED, TILED),
                    Type.of("Q4_0_N_N", "Q4_0_\\d_\\d", FileChoice.REFUSED, UNREAD),
                    Type.of("IQ", "IQ\\d_\\w+", FileChoice.REFUSED, UNREAD),
                    Type.of("Q2_K", "Q2_K(?:_\\w+)?", FileChoice.REFUSED, UNREAD),
                    Type.of("Q3_K", "Q3_K(?:_\\w+)?", FileChoice.REFUSED, UNREAD),
                    Type.of(
                            "Q4_K_S",
                            FileChoice.REFUSED,
                            "a mixture with tensors of Q5_K, " + UNREAD + "; take Q4_K_M"),
                    Type.of("Q5_K", "Q5_K(?:_\\w+)?", FileChoice.REFUSED, UNREAD),
                    Type.of("Q5_1", FileChoice.REFUSED, UNREAD),
                    Type.of("Q8_1", FileChoice.REFUSED, UNREAD),
                    Type.of("MXFP4", "MXFP4(?:_MOE)?", FileChoice.REFUSED, UNREAD),
                    Type.of("NVFP4", FileChoice.REFUSED, UNREAD),
                    Type.of("STQ1_0", FileChoice.REFUSED, UNREAD));

    /** In the order they are looked for: what is refused, then what is better. */
    private static final List<Type> TYPES =
            Stream.concat(
                            REFUSED.stream(),
                            Arrays.stream(GgmlType.values())
                                    .map(GgufName::ranked)
                                    .sorted(Comparator.comparingInt(Type::rank)))
                    .toList();

    private static final Type UNNAMED =
            new Type("", Pattern.compile(""), 40, "its name does not tell a type");

    /** The name of a file whose matrices have a type that is read. */
    private static Type ranked(GgmlType type) {
        return switch (type) {
            case I2_S -> Type.of("I2_S", 10, "ternary, 2 bits a weight");
            case Q1_0 -> Type.of("Q1_0", "Q1_0(?:_G128)?", 11, "1-bit, 1.125 bits a weight");
            case Q2_0 -> Type.of("Q2_0_g64", "Q2_0_G64", 12, "ternary, 2.25 bits a weight");
            case TQ2_0 -> Type.of("TQ2_0", 13, "ternary, 2.06 bits a weight");
            case TQ1_0 -> Type.of("TQ1_0", 14, "ternary, 1.69 bits a weight, slower to unpack");
            case PQ2_0 -> Type.of("PQ2_0", 15, "ternary, 2.13 bits a weight");
            // Most files of this name are from before there were blocks of 64.
            case Q2_0_G128 ->
                    Type.of("Q2_0", "Q2_0(?:_G128)?", 16, "ternary, 2.13 or 2.25 bits a weight");
            case PTQ1_0 -> Type.of("PTQ1_0", 17, "ternary, 1.75 bits a weight, slower to unpack");
            case Q8_0 ->
                    Type.of("Q8_0", "Q8_0(?:_L)?", 31, "8.5 bits a weight, next to nothing lost");
            case Q6_K -> Type.of("Q6_K", "Q6_K(?:_L)?", 32, "6.56 bits a weight");
            case Q5_0 -> Type.of("Q5_0", 33, "5.5 bits a weight");
            case Q4_K -> Type.of("Q4_K", "Q4_K(?:_[ML])?", 34, "4.5 bits a weight");
            case Q4_1 -> Type.of("Q4_1", 35, "5 bits a weight");
            case Q4_0 -> Type.of("Q4_0", 36, "4.5 bits a weight");
            case F16 -> Type.of("F16", "F(?:P)?16", 51, "16 bits a weight, not quantized");
            case BF16 -> Type.of("BF16", 52, "16 bits a weight, not quantized");
            case F32 -> Type.of("F32", "F(?:P)?32", 53, "32 bits a weight, not quantized");
        };
    }

    static boolean isGguf(String name) {
        return name.toLowerCase(Locale.ROOT).endsWith(ENDING);
    }

    /** Reads a name that ends as a GGUF file does. */
    static GgufName parse(String name) {
        return SplitName.parse(name)
                .map(split -> new GgufName(split.stem(), split.number(), split.count()))
                .orElseGet(
                        () ->
                                new GgufName(
                                        name.substring(0, name.length() - ENDING.length()), 0, 1));
    }

    /** Returns the type its name tells. */
    Type type() {
        String upper = stem.toUpperCase(Locale.ROOT);
        Optional<Type> found =
                TYPES.stream().filter(type -> type.pattern().matcher(upper).find()).findFirst();
        return found.orElse(UNNAMED);
    }

    /** Tells whether the name has a part that reads as {@code word}, whatever the case. */
    boolean hasWord(String word) {
        String quoted = Pattern.quote(word.toUpperCase(Locale.ROOT));
        return Pattern.compile("(?:^|[-._ ])" + quoted + "(?:$|[-._ ])")
                .matcher(stem.toUpperCase(Locale.ROOT))
                .find();
    }
}
