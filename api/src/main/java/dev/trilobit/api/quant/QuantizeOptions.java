package dev.trilobit.api.quant;

/**
 * What a {@link Quantizer} is told besides the format.
 *
 * @param ternaryRule scale of {@link Ternary} weights; other formats have one rule
 * @param progress hears how far it is
 */
public record QuantizeOptions(TernaryRule ternaryRule, QuantizeProgress progress) {
    /** BitNet's rule for ternary weights, and nobody listens. */
    public static final QuantizeOptions DEFAULT =
            new QuantizeOptions(TernaryRule.ABSMEAN, QuantizeProgress.NONE);

    /** Returns these options with another rule for ternary weights. */
    public QuantizeOptions withTernaryRule(TernaryRule rule) {
        return new QuantizeOptions(rule, progress);
    }

    /** Returns these options with somebody who hears how far it is. */
    public QuantizeOptions withProgress(QuantizeProgress listener) {
        return new QuantizeOptions(ternaryRule, listener);
    }
}
