package dev.trilobit.model.arch;

import dev.trilobit.api.program.RopeScaling;
import dev.trilobit.api.program.RopeSpec;
import dev.trilobit.model.arch.Quantization.HeadRows;
import dev.trilobit.model.file.GgmlType;
import dev.trilobit.model.file.GgufMetadataBuilder;
import java.util.Arrays;
import java.util.OptionalInt;

/**
 * Writes the sizes of a decoder as the metadata of a GGUF file: what {@link ModelConfig#read} reads
 * of one. Source: gguf {@code constants.py} for the keys.
 */
public final class GgufConfigWriter {
    /** The tensor of {@link #ropeFactors}. */
    public static final String ROPE_FACTORS = GgufRope.FACTORS;

    private final ModelConfig config;
    private final GgufArchitecture architecture;

    /**
     * Finds the architecture that means the graph of {@code config}.
     *
     * @throws IllegalArgumentException if there is none
     */
    public GgufConfigWriter(ModelConfig config) {
        this.config = config;
        this.architecture =
                Arrays.stream(GgufArchitecture.values())
                        .filter(known -> known.family().modelType().equals(config.architecture()))
                        .filter(known -> known.activation() == config.activation())
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                "GGUF has no architecture of %s with the gate %s"
                                                        .formatted(
                                                                config.architecture(),
                                                                config.activation())));
        checkRope();
    }

    private void checkRope() {
        RopeSpec rope = config.rope();
        if (rope.theta() != (float) rope.theta()) {
            throw new IllegalArgumentException(
                    "rope_theta: GGUF stores a 32-bit float, which %s is not"
                            .formatted(rope.theta()));
        }
        if (rope.scaling() instanceof RopeScaling.Yarn yarn
                && yarn.attentionFactor()
                        != RopeScaling.Yarn.defaultAttentionFactor(yarn.factor())) {
            throw new IllegalArgumentException(
                    "rope_scaling: GGUF has no YaRN with an attention factor of its own, here "
                            + yarn.attentionFactor());
        }
        if (rope.scaling() instanceof RopeScaling.Llama3 scaling
                && !RopeFactors.isPublished(scaling)) {
            throw new IllegalArgumentException(
                    "rope_scaling: GGUF has only the llama3 scaling of published models, not "
                            + scaling);
        }
    }

    /** Returns {@code general.architecture}. */
    public String architecture() {
        return architecture.label();
    }

    /**
     * Returns the elements of a head if the rows of query and key projections are to be stored in
     * pairs, by {@link RotaryRows#store}; else nothing.
     */
    public OptionalInt pairedHeadDim() {
        return architecture.headRows() == HeadRows.PAIRS
                ? OptionalInt.of(config.headDim())
                : OptionalInt.empty();
    }

    /** Returns whether readers round the input of a linear layer whose matrix has a type. */
    public boolean rounds(GgmlType type) {
        return switch (architecture.rounded()) {
            case ALL -> true;
            case TERNARY -> GgufLayout.BIT_NET.contains(type);
            case NONE -> false;
        };
    }

    /** Sets all keys that say what the model is. */
    public void write(GgufMetadataBuilder keys) {
        String prefix = architecture.label() + ".";
        keys.string("general.architecture", architecture.label());
        keys.uint32(prefix + "vocab_size", config.vocabulary());
        keys.uint32(prefix + "context_length", config.maxContextTokens());
        keys.uint32(prefix + "embedding_length", config.hidden());
        keys.uint32(prefix + "block_count", config.layers());
        keys.uint32(prefix + "feed_forward_length", config.intermediate());
        keys.uint32(prefix + "attention.head_count", config.heads());
        keys.uint32(prefix + "attention.head_count_kv", config.kvHeads());
        keys.uint32(prefix + "attention.key_length", config.headDim());
        keys.uint32(prefix + "attention.value_length", config.headDim());
        keys.float32(prefix + "attention.layer_norm_rms_epsilon", config.normEpsilon());
        keys.uint32(prefix + "rope.dimension_count", config.headDim());
        keys.float32(prefix + "rope.freq_base", (float) config.rope().theta());
        writeScaling(keys, prefix + "rope.scaling.");
    }

    private void writeScaling(GgufMetadataBuilder keys, String prefix) {
        switch (config.rope().scaling()) {
            case RopeScaling.None _, RopeScaling.Llama3 _ -> {}
            case RopeScaling.Linear(double factor) -> {
                keys.string(prefix + "type", "linear");
                keys.float32(prefix + "factor", (float) factor);
            }
            case RopeScaling.Yarn yarn -> {
                keys.string(prefix + "type", "yarn");
                keys.float32(prefix + "factor", (float) yarn.factor());
                keys.uint32(prefix + "original_context_length", yarn.originalContext());
                keys.float32(prefix + "yarn_beta_fast", (float) yarn.betaFast());
                keys.float32(prefix + "yarn_beta_slow", (float) yarn.betaSlow());
            }
        }
    }

    /** Returns what each rotary frequency is divided by; empty if that is told by keys. */
    public float[] ropeFactors() {
        if (!(config.rope().scaling() instanceof RopeScaling.Llama3)) {
            return new float[0];
        }
        var plain = new RopeSpec(config.headDim(), config.rope().theta(), new RopeScaling.None());
        float[] factors = new float[config.headDim() / 2];
        for (int i = 0; i < factors.length; i++) {
            factors[i] = (float) (plain.frequency(i) / config.rope().frequency(i));
        }
        return factors;
    }
}
