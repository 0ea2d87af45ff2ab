package dev.trilobit.model.convert;

import dev.trilobit.api.program.GateActivation;
import dev.trilobit.api.program.RopeScaling;
import dev.trilobit.api.program.RopeSpec;
import dev.trilobit.model.arch.ModelConfig;
import dev.trilobit.model.arch.Quantization;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The sizes of published 1-bit and ternary models. Source: their config.json, but for what {@link
 * #differences} says.
 */
public enum ModelShape {
    /** microsoft/bitnet-b1.58-2B-4T. */
    BITNET_2B("BitNet b1.58 2B4T", Family.BITNET),
    /** 1bitLLM/bitnet_b1_58-3B. */
    BITNET_3B("BitNet b1.58 3B of 1bitLLM", Family.BITNET_SILU),
    /** 1bitLLM/bitnet_b1_58-large. */
    BITNET_LARGE("BitNet b1.58 0.7B of 1bitLLM", Family.BITNET_SILU),
    /** prism-ml/Bonsai-1.7B and its ternary sister. */
    BONSAI_1_7B("Bonsai 1.7B", Family.QWEN3),
    /** prism-ml/Bonsai-4B and its ternary sister. */
    BONSAI_4B("Bonsai 4B", Family.QWEN3),
    /** prism-ml/Bonsai-8B and its ternary sister. */
    BONSAI_8B("Bonsai 8B", Family.QWEN3),
    /** tiiuae/Falcon-E-1B. */
    FALCON_E_1B("Falcon-E 1B", Family.LLAMA),
    /** tiiuae/Falcon-E-3B. */
    FALCON_E_3B("Falcon-E 3B", Family.LLAMA),
    /** HF1BitLLM/Llama3-8B-1.58-100B-tokens. */
    LLAMA3_8B_1_58("Llama 3 8B 1.58", Family.LLAMA);

    /**
     * Widths and counts.
     *
     * @param hidden width of the residual stream
     * @param intermediate width of the feed-forward block
     * @param layers decoder layers
     * @param heads query heads
     * @param kvHeads key and value heads
     * @param headDim elements of a head
     */
    private record Sizes(
            int hidden, int intermediate, int layers, int heads, int kvHeads, int headDim) {}

    /**
     * What goes with the text.
     *
     * @param vocabulary token ids
     * @param context positions
     * @param theta base of the rotary frequencies
     * @param tied whether the head is the embedding table
     */
    private record Text(int vocabulary, int context, double theta, boolean tied) {}

    private enum Family {
        BITNET("bitnet", GateActivation.RELU_SQUARED, 1e-5f),
        BITNET_SILU("bitnet", GateActivation.SILU, 1e-5f),
        LLAMA("llama", GateActivation.SILU, 1e-5f),
        QWEN3("qwen3", GateActivation.SILU, 1e-6f);

        private final String modelType;
        private final GateActivation activation;
        private final float epsilon;

        Family(String modelType, GateActivation activation, float epsilon) {
            this.modelType = modelType;
            this.activation = activation;
            this.epsilon = epsilon;
        }
    }

    private final String title;
    private final Family family;

    ModelShape(String title, Family family) {
        this.title = title;
        this.family = family;
    }

    private Sizes sizes() {
        return switch (this) {
            case BITNET_2B -> new Sizes(2560, 6912, 30, 20, 5, 128);
            case BITNET_3B -> new Sizes(3200, 8640, 26, 32, 32, 100);
            case BITNET_LARGE -> new Sizes(1536, 4096, 24, 16, 16, 96);
            case BONSAI_1_7B -> new Sizes(2048, 6144, 28, 16, 8, 128);
            case BONSAI_4B -> new Sizes(2560, 9728, 36, 32, 8, 128);
            case BONSAI_8B -> new Sizes(4096, 12288, 36, 32, 8, 128);
            case FALCON_E_1B -> new Sizes(2048, 9216, 24, 16, 2, 128);
            case FALCON_E_3B -> new Sizes(2048, 13312, 32, 16, 2, 128);
            case LLAMA3_8B_1_58 -> new Sizes(4096, 14336, 32, 32, 8, 128);
        };
    }

    private Text text() {
        return switch (this) {
            case BITNET_2B -> new Text(128256, 4096, 500_000, true);
            case BITNET_3B -> new Text(32002, 2048, 10_000, true);
            case BITNET_LARGE -> new Text(32002, 2048, 10_000, true);
            case BONSAI_1_7B -> new Text(151936, 32768, 1_000_000, true);
            case BONSAI_4B -> new Text(151936, 32768, 1_000_000, true);
            case BONSAI_8B -> new Text(151936, 65536, 1_000_000, false);
            case FALCON_E_1B -> new Text(32768, 8192, 1_000_042, false);
            case FALCON_E_3B -> new Text(32768, 32768, 1_000_042, false);
            case LLAMA3_8B_1_58 -> new Text(128256, 8192, 500_000, false);
        };
    }

    /**
     * Finds a shape by its label.
     *
     * @throws IllegalArgumentException naming all of them if there is none
     */
    public static ModelShape of(String label) {
        return Arrays.stream(values())
                .filter(shape -> shape.label().equals(label.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "there is no shape %s; expected one of %s"
                                                .formatted(
                                                        label,
                                                        Arrays.stream(values())
                                                                .map(ModelShape::label)
                                                                .collect(
                                                                        Collectors.joining(
                                                                                ", ")))));
    }

    /** Returns the name on the command line, such as {@code bitnet-2b} or {@code bonsai-1.7b}. */
    public String label() {
        return switch (this) {
            case BONSAI_1_7B -> "bonsai-1.7b";
            case LLAMA3_8B_1_58 -> "llama3-8b-1.58";
            case BITNET_2B,
                    BITNET_3B,
                    BITNET_LARGE,
                    BONSAI_4B,
                    BONSAI_8B,
                    FALCON_E_1B,
                    FALCON_E_3B ->
                    name().toLowerCase(Locale.ROOT).replace('_', '-');
        };
    }

    /** Returns the name of the model. */
    public String title() {
        return title;
    }

    /**
     * Returns what is not known to be as in the published model, in sentences; none if everything
     * is.
     */
    public List<String> differences() {
        return switch (this) {
            case FALCON_E_1B, FALCON_E_3B ->
                    List.of(
                            "the widths of %s are not those of its configuration: they were chosen to give files of the published size"
                                    .formatted(title));
            case BONSAI_8B ->
                    List.of(
                            "%s is published with a scaled rotary embedding (YaRN), which this one has not; sizes are the same"
                                    .formatted(title));
            case BITNET_2B, BITNET_3B, BITNET_LARGE, BONSAI_1_7B, BONSAI_4B, LLAMA3_8B_1_58 ->
                    List.of();
        };
    }

    /** Returns whether the published files quantize embedding and head as the layers. */
    boolean quantizesTables() {
        return family == Family.QWEN3;
    }

    /** Returns whether the published model rounds the input of its layers to int8. */
    boolean roundsInputs() {
        return family != Family.QWEN3;
    }

    /** Returns whether transformers rounds floats of this model when it reads them. */
    boolean hasMasters() {
        return family == Family.BITNET || family == Family.BITNET_SILU;
    }

    /** Returns the facts of the model; nothing is said of how its matrices are stored. */
    public ModelConfig config() {
        return config(sizes().layers(), text().vocabulary());
    }

    /**
     * Returns the facts of a smaller model.
     *
     * @param layers decoder layers, at least 1
     * @param vocabulary token ids, at least 1
     */
    public ModelConfig config(int layers, int vocabulary) {
        if (layers < 1 || vocabulary < 1) {
            throw new IllegalArgumentException(
                    "expected at least one layer and one token, got %d and %d"
                            .formatted(layers, vocabulary));
        }
        Sizes sizes = sizes();
        Text text = text();
        return new ModelConfig(
                family.modelType,
                vocabulary,
                sizes.hidden(),
                sizes.intermediate(),
                layers,
                sizes.heads(),
                sizes.kvHeads(),
                sizes.headDim(),
                text.context(),
                family.activation,
                family.epsilon,
                new RopeSpec(sizes.headDim(), text.theta(), new RopeScaling.None()),
                text.tied(),
                new Quantization.None());
    }
}
