package dev.trilobit.model;

import dev.trilobit.model.arch.ModelConfig;

/**
 * What an open model is.
 *
 * @param label where its files are
 * @param architecture name in the model's configuration
 * @param config its sizes
 * @param parameters weights, counted as numbers
 * @param weightBytes bytes of the weights as they are stored
 * @param deviceBytes bytes the weights take on the backend, besides what stays mapped
 * @param maxContextTokens most tokens of a session of this open model
 */
public record ModelInfo(
        String label,
        String architecture,
        ModelConfig config,
        long parameters,
        long weightBytes,
        long deviceBytes,
        int maxContextTokens) {}
