package dev.trilobit.api.quant;

/** How a {@link Quantizer} finds the scale of ternary weights, be it of a tensor or of a group. */
public enum TernaryRule {
    /**
     * BitNet b1.58: {@code s = 1 / max(mean|w|, 1e-5)}, {@code t = clamp(round(w * s), -1, 1)} with
     * ties to even, {@code w = t / s}; the mean is taken in double. Source: transformers {@code
     * integrations/bitnet.py}, {@code WeightQuant}, whose mean is a float sum with a last bit that
     * depends on the machine.
     */
    ABSMEAN,
    /**
     * ggml's TQ1_0, TQ2_0 and Q2_0: {@code d = max|w|}, {@code t = round(w / d)} with ties away
     * from zero: lossless for weights that are ternary already. Source: ggml {@code ggml-quants.c},
     * {@code quantize_row_tq2_0_ref}.
     */
    ABSMAX
}
