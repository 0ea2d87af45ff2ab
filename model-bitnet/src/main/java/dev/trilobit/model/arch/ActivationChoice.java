package dev.trilobit.model.arch;

import dev.trilobit.api.program.ActivationQuant;
import dev.trilobit.api.program.Op;
import dev.trilobit.api.program.Program;
import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.Binary;
import dev.trilobit.api.quant.Blocks;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.ScaleGranularity;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.api.quant.WeightFormat;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * What linear layers do to their input where a model leaves it open. BitNet models do not: they
 * were trained with int8 activations, which are part of their definition. Weight-only models, such
 * as Bonsai and all MLX ones, were not, and rounding the input is a trade of accuracy for speed.
 */
public enum ActivationChoice {
    /** As the model has it: int8 where it was trained so, else float. */
    MODEL,
    /** Float; refused for models that are int8 by their own definition. */
    FLOAT,
    /**
     * {@link ActivationQuant#INT8_PER_GROUP} in every linear layer, the head included, whose
     * weights are in groups or blocks and whose input the model itself does not round. Dense layers
     * stay float.
     */
    INT8;

    /**
     * Finds {@link #FLOAT} or {@link #INT8} by its name in lower case.
     *
     * @throws IllegalArgumentException if it is neither
     */
    public static ActivationChoice of(String name) {
        return Arrays.stream(values())
                .filter(choice -> choice != MODEL && choice.label().equals(name))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "activations: expected %s, got %s"
                                                .formatted(labels(), name)));
    }

    private static String labels() {
        return Arrays.stream(values())
                .filter(choice -> choice != MODEL)
                .map(ActivationChoice::label)
                .collect(Collectors.joining(" or "));
    }

    /** Returns its name in lower case. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns a program without the rounding that {@link #INT8} asked for. */
    public static Program asTrained(Program program) {
        return with(
                program,
                layer ->
                        layer.activations() == ActivationQuant.INT8_PER_GROUP
                                ? rule(layer, ActivationQuant.NONE)
                                : layer);
    }

    /**
     * Applies the choice to a program.
     *
     * @param label the model's name in messages
     * @throws IllegalArgumentException if the model leaves no such choice
     */
    Program apply(String label, ModelConfig config, Program program) {
        return switch (this) {
            case MODEL -> program;
            case FLOAT -> floats(label, config, program);
            case INT8 -> rounded(label, program);
        };
    }

    private static Program floats(String label, ModelConfig config, Program program) {
        if (rounds(program) && isBitNet(config.quantization())) {
            throw new IllegalArgumentException(
                    "activations: %s rounds them to int8 by its own definition, as every BitNet b1.58 model; float is for models of quantized weights alone"
                            .formatted(label));
        }
        return with(program, layer -> rule(layer, ActivationQuant.NONE));
    }

    private static boolean isBitNet(Quantization quantization) {
        return switch (quantization) {
            case Quantization.BitNet _ -> true;
            // Elsewhere rounding is inferred from the type of the weights.
            case Quantization.Ggml ggml -> ggml.rounded() == Quantization.RoundedLayers.ALL;
            case Quantization.None _, Quantization.Mlx _ -> false;
        };
    }

    private static Program rounded(String label, Program program) {
        Program rounded =
                with(
                        program,
                        layer ->
                                !layer.activations().rounds() && hasGroups(layer.weight().format())
                                        ? rule(layer, ActivationQuant.INT8_PER_GROUP)
                                        : layer);
        if (!rounds(rounded)) {
            throw new IllegalArgumentException(
                    "activations: int8 needs linear layers whose weights are in groups or blocks; %s has none"
                            .formatted(label));
        }
        return rounded;
    }

    private static boolean rounds(Program program) {
        return program.ops().stream()
                .anyMatch(op -> op instanceof Op.Linear layer && layer.activations().rounds());
    }

    private static boolean hasGroups(WeightFormat format) {
        return switch (format) {
            case Dense _, Ternary(var _, ScaleGranularity.PerTensor()) -> false;
            case Ternary _, Binary _, Affine _, Blocks _ -> true;
        };
    }

    private static Op.Linear rule(Op.Linear layer, ActivationQuant rule) {
        return new Op.Linear(layer.out(), layer.in(), layer.weight(), rule);
    }

    private static Program with(Program program, UnaryOperator<Op.Linear> change) {
        return new Program(
                program.vocabulary(),
                program.ops().stream()
                        .map(op -> op instanceof Op.Linear layer ? change.apply(layer) : op)
                        .toList());
    }
}
