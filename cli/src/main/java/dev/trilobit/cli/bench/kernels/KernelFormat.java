package dev.trilobit.cli.bench.kernels;

import dev.trilobit.api.program.ActivationQuant;
import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.Binary;
import dev.trilobit.api.quant.BlockType;
import dev.trilobit.api.quant.Blocks;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.ScaleGranularity;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.api.quant.TernaryPacking;
import dev.trilobit.api.quant.WeightFormat;
import dev.trilobit.cli.io.UsageException;
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
        private Stream<KernelFormat> formats(List<Integer> groups) {
            return switch (this) {
                case ONE ->
                        groups.stream()
                                .flatMap(
                                        g ->
                                                Stream.of(
                                                        floats(binary(g, Binary.Mode.SYMMETRIC)),
                                                        floats(binary(g, Binary.Mode.AFFINE))));
                case TWO -> groups.stream().map(g -> affine(2, g));
                case FOUR -> groups.stream().map(g -> affine(4, g));
                case EIGHT -> groups.stream().map(g -> affine(8, g));
                case TERNARY ->
                        Stream.concat(
                                Stream.of(bitnet()), groups.stream().map(KernelFormat::ternary));
                case SIXTEEN -> Stream.of(BASELINE, floats(new Dense(FloatType.F16)));
                case Q8_0 -> Stream.of(floats(new Blocks(BlockType.Q8_0)));
                case Q6_K -> Stream.of(floats(new Blocks(BlockType.Q6_K)));
                case Q4_K -> Stream.of(floats(new Blocks(BlockType.Q4_K)));
                case Q4_0 -> Stream.of(floats(new Blocks(BlockType.Q4_0)));
            };
        }
    }

    private static KernelFormat floats(WeightFormat format) {
        return new KernelFormat(format, ActivationQuant.NONE);
    }

    private static WeightFormat binary(int group, Binary.Mode mode) {
        return new Binary(group, mode, FloatType.F16);
    }

    private static KernelFormat affine(int bits, int group) {
        return floats(new Affine(bits, group, FloatType.F16));
    }

    private static KernelFormat ternary(int group) {
        return floats(
                new Ternary(
                        TernaryPacking.CONSECUTIVE,
                        new ScaleGranularity.PerGroup(group, FloatType.F16)));
    }

    /** As BitNet b1.58 has it: one scale a tensor, input rounded to int8. */
    private static KernelFormat bitnet() {
        return new KernelFormat(
                new Ternary(TernaryPacking.CONSECUTIVE, new ScaleGranularity.PerTensor()),
                ActivationQuant.INT8_PER_TOKEN);
    }

    /**
     * Returns the formats that users ask for.
     *
     * @param bits names separated by commas
     * @param groups weights that share a scale
     * @throws UsageException if a name is unknown
     */
    static List<KernelFormat> parse(String bits, List<Integer> groups) {
        return Arrays.stream(bits.split(",", -1))
                .map(String::strip)
                .flatMap(name -> bits(name, bits).formats(groups))
                .distinct()
                .toList();
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

    /** Returns for instance {@code binary-g128} or {@code ternary, int8 input}. */
    String label() {
        return switch (activations) {
            case NONE -> format.label();
            case INT8_PER_TOKEN -> format.label() + ", int8 input";
        };
    }
}
