package dev.trilobit.model.arch;

import dev.trilobit.api.program.RopeScaling;
import dev.trilobit.api.program.RopeSpec;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.model.file.StoredTensor;
import java.util.Optional;

/**
 * Recognises the tensor {@code rope_freqs.weight} [headDim / 2] of GGUF files: what each rotary
 * frequency is divided by. Files have it for Llama 3.1 and later, whose parameters are not among
 * the metadata; all of these models share them but for the factor, which is the largest of the
 * numbers. Source: llama.cpp {@code convert_hf_to_gguf.py}, {@code generate_extra_tensors} of
 * {@code LlamaModel}.
 */
final class RopeFactors {
    private static final double LOW_FREQUENCY_FACTOR = 1;
    private static final double HIGH_FREQUENCY_FACTOR = 4;
    private static final int ORIGINAL_CONTEXT = 8192;

    /** The numbers are computed in float32 from wavelengths in float64. */
    private static final double ROUNDING = 1e-5;

    private RopeFactors() {}

    /** Returns whether a scaling differs from those of published models in its factor alone. */
    static boolean isPublished(RopeScaling.Llama3 scaling) {
        return scaling.lowFrequencyFactor() == LOW_FREQUENCY_FACTOR
                && scaling.highFrequencyFactor() == HIGH_FREQUENCY_FACTOR
                && scaling.originalContext() == ORIGINAL_CONTEXT;
    }

    /**
     * Returns the scaling that gives these factors, if there is one.
     *
     * @param tensor [headDim / 2] of a float type
     */
    static Optional<RopeScaling> scaling(StoredTensor tensor, int headDim, double theta) {
        FloatType type = tensor.type().floatType().orElseThrow();
        double largest = 1;
        for (int i = 0; i < headDim / 2; i++) {
            largest = Math.max(largest, type.get(tensor.bytes(), i));
        }
        RopeScaling scaling =
                largest == 1
                        ? new RopeScaling.None()
                        : new RopeScaling.Llama3(
                                largest,
                                LOW_FREQUENCY_FACTOR,
                                HIGH_FREQUENCY_FACTOR,
                                ORIGINAL_CONTEXT);
        var plain = new RopeSpec(headDim, theta, new RopeScaling.None());
        var scaled = new RopeSpec(headDim, theta, scaling);
        for (int i = 0; i < headDim / 2; i++) {
            double expected = plain.frequency(i) / scaled.frequency(i);
            double stored = type.get(tensor.bytes(), i);
            if (!(Math.abs(stored - expected) <= ROUNDING * expected)) {
                return Optional.empty();
            }
        }
        return Optional.of(scaling);
    }
}
