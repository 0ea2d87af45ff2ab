package dev.trilobit.cli.bench.kernels;

import dev.trilobit.api.program.ActivationQuant;
import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.Binary;
import dev.trilobit.api.quant.Binary.Mode;
import dev.trilobit.api.quant.BlockType;
import dev.trilobit.api.quant.Blocks;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.ScaleGranularity;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.api.quant.TernaryPacking;
import dev.trilobit.api.quant.WeightFormat;
import dev.trilobit.cli.bench.measure.ActivationRule;
import dev.trilobit.cli.io.UsageException;
import dev.trilobit.model.arch.ActivationChoice;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A weight format with the rule for its input.
 *
 * @param format of the weights
 * @param activations how the input is rounded
 */
record KernelFormat(WeightFormat format, ActivationQuant activations) {
    /** What everything is compared with. */
    static final KernelFormat BASELINE =
            new KernelFormat(new Dense(FloatType.BF16), ActivationQuant.NONE);

    /** What users ask for by {@code --bits}. */
    private enum Bits {
        ONE("1"),
        TWO("2"),
        FOUR("4"),
        EIGHT("8"),
        TERNARY("ternary"),
        SIXTEEN("16"),
        Q8_0("q8_0"),
        Q6_K("q6_k"),
        Q4_K("q4_k"),
        Q4_0("q4_0");

        private final String label;

        Bits(String label) {
            this.label = label;
        }

        /** Formats for each group size; those without groups come once. */
        private Stream<KernelFormat> formats(List<Integer> groups, ActivationQuant rule) {
            return switch (this) {
                case ONE ->
                        groups.stream()
                                .flatMap(g -> Arrays.stream(Mode.values()).map(m -> binary(g, m)))
                                .map(format -> new KernelFormat(format, rule));
                case TWO -> affine(2, groups, rule);
                case FOUR -> affine(4, groups, rule);
                case EIGHT -> affine(8, groups, rule);
                case TERNARY ->
                        Stream.concat(
                                Stream.of(bitnet()),
                                groups.stream().map(g -> new KernelFormat(ternary(g), rule)));
                case SIXTEEN -> Stream.of(BASELINE, floats(new Dense(FloatType.F16)));
                case Q8_0 -> Stream.of(blocks(BlockType.Q8_0, rule));
                case Q6_K -> Stream.of(blocks(BlockType.Q6_K, rule));
                case Q4_K -> Stream.of(blocks(BlockType.Q4_K, rule));
                case Q4_0 -> Stream.of(blocks(BlockType.Q4_0, rule));
            };
        }
    }

    private static KernelFormat floats(WeightFormat format) {
        return new KernelFormat(format, ActivationQuant.NONE);
    }

    private static KernelFormat blocks(BlockType type, ActivationQuant rule) {
        return new KernelFormat(new Blocks(type), rule);
    }

    private static WeightFormat binary(int group, Mode mode) {
        return new Binary(group, mode, FloatType.F16);
    }

    private static Stream<KernelFormat> affine(
            int bits, List<Integer> groups, ActivationQuant rule) {
        return groups.stream().map(g -> new KernelFormat(new Affine(bits, g, FloatType.F16), rule));
    }

    private static WeightFormat ternary(int group) {
        return new Ternary(
                TernaryPacking.CONSECUTIVE, new ScaleGranularity.PerGroup(group, FloatType.F16));
    }

    /** As BitNet b1.58 has it: one scale a tensor, input rounded to int8. */
    private static KernelFormat bitnet() {
        return new KernelFormat(
                new Ternary(TernaryPacking.CONSECUTIVE, new ScaleGranularity.PerTensor()),
                ActivationQuant.INT8_PER_TOKEN);
    }

    /**
     * Returns the formats that users ask for, and the one that they are compared with.
     *
     * @param bits names separated by commas
     * @param groups weights that share a scale
     * @param choice for the input of formats with groups or blocks, as for whole models; the others
     *     have a rule of their own
     * @throws UsageException if a name is unknown
     */
    static List<KernelFormat> parse(String bits, List<Integer> groups, ActivationChoice choice) {
        ActivationQuant rule =
                switch (choice) {
                    case MODEL, FLOAT -> ActivationQuant.NONE;
                    case INT8 -> ActivationQuant.INT8_PER_GROUP;
                };
        Stream<KernelFormat> wanted =
                Arrays.stream(bits.split(",", -1))
                        .map(String::strip)
                        .flatMap(name -> bits(name, bits).formats(groups, rule));
        return Stream.concat(wanted, Stream.of(BASELINE)).distinct().toList();
    }

    private static Bits bits(String name, String text) {
        return Arrays.stream(Bits.values())
                .filter(known -> known.label.equals(name.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(
                        () ->
                                new UsageException(
                                        "--bits: expected some of %s, got '%s' in '%s'"
                                                .formatted(labels(), name, text)));
    }

    private static String labels() {
        return Arrays.stream(Bits.values())
                .map(known -> known.label)
                .collect(Collectors.joining(", "));
    }

    /** Returns for instance {@code binary-g128} or {@code ternary, int8-per-token}. */
    String label() {
        return activations == ActivationQuant.NONE
                ? format.label()
                : format.label() + ", " + ActivationRule.label(activations);
    }
}
