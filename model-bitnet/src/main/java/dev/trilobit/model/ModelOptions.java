package dev.trilobit.model;

import dev.trilobit.api.backend.BackendRequest;
import dev.trilobit.api.backend.CompileProgress;
import dev.trilobit.model.arch.ActivationChoice;
import dev.trilobit.model.arch.ModelConfig;
import java.util.Map;

/**
 * How a model is opened.
 *
 * @param backend which backends may be used
 * @param maxContextTokens most tokens of a session, at most what the model allows; 0 for the
 *     model's own, but not above {@value #DEFAULT_CONTEXT_LIMIT}
 * @param backendOptions options of the chosen backend by name, such as {@code threads}
 * @param progress hears how far the weights are
 * @param i2s how the codes of I2_S tensors lie
 * @param activations what linear layers do to their input where the model leaves it open
 */
public record ModelOptions(
        BackendRequest backend,
        int maxContextTokens,
        Map<String, String> backendOptions,
        CompileProgress progress,
        I2sChoice i2s,
        ActivationChoice activations) {
    /** Largest context that is taken unasked; each position costs cache memory. */
    public static final int DEFAULT_CONTEXT_LIMIT = 4096;

    private static final ModelOptions DEFAULTS =
            new ModelOptions(
                    BackendRequest.unspecified(),
                    0,
                    Map.of(),
                    CompileProgress.NONE,
                    I2sChoice.A,
                    ActivationChoice.MODEL);

    public ModelOptions {
        backendOptions = Map.copyOf(backendOptions);
        if (maxContextTokens < 0) {
            throw new IllegalArgumentException(
                    "max context tokens: expected 0 (the model's own) or more, got "
                            + maxContextTokens);
        }
    }

    /** Returns the backend that property, environment or score choose, and the model's context. */
    public static ModelOptions defaults() {
        return DEFAULTS;
    }

    /**
     * Returns the most tokens of a session: as asked for, else what the model was made for, up to
     * {@value #DEFAULT_CONTEXT_LIMIT}.
     *
     * @param label the model's name in the message
     * @throws IllegalArgumentException if more is asked for than the model was made for
     */
    public int contextTokens(String label, ModelConfig config) {
        int own = config.maxContextTokens();
        if (maxContextTokens > own) {
            throw new IllegalArgumentException(
                    "max context tokens: %s was made for at most %d, got %d"
                            .formatted(label, own, maxContextTokens));
        }
        return maxContextTokens == 0 ? Math.min(own, DEFAULT_CONTEXT_LIMIT) : maxContextTokens;
    }

    /** Returns these with other backends. */
    public ModelOptions withBackend(BackendRequest value) {
        return new ModelOptions(
                value, maxContextTokens, backendOptions, progress, i2s, activations);
    }

    /** Returns these with another context; 0 for the model's own. */
    public ModelOptions withMaxContextTokens(int value) {
        return new ModelOptions(backend, value, backendOptions, progress, i2s, activations);
    }

    /** Returns these with other backend options. */
    public ModelOptions withBackendOptions(Map<String, String> value) {
        return new ModelOptions(backend, maxContextTokens, value, progress, i2s, activations);
    }

    /** Returns these with another listener of the progress. */
    public ModelOptions withProgress(CompileProgress value) {
        return new ModelOptions(backend, maxContextTokens, backendOptions, value, i2s, activations);
    }

    /** Returns these with another layout of I2_S tensors. */
    public ModelOptions withI2s(I2sChoice value) {
        return new ModelOptions(
                backend, maxContextTokens, backendOptions, progress, value, activations);
    }

    /** Returns these with another rule for the input of linear layers. */
    public ModelOptions withActivations(ActivationChoice value) {
        return new ModelOptions(backend, maxContextTokens, backendOptions, progress, i2s, value);
    }
}
