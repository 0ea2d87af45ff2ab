package dev.trilobit.api.program;

/** What a linear layer does to its input before the product. */
public enum ActivationQuant {
    /** Nothing: f32 activations. */
    NONE,
    /**
     * Rounds each token to int8 by its largest magnitude, as BitNet b1.58 does: {@code s = 127 /
     * max(max|x|, 1e-5)}, {@code q = clamp(round(x * s), -128, 127)} with ties to even, and the
     * product stands for {@code q / s}. How precisely {@code s} and {@code x * s} are computed is
     * left to the backend, float32 at least: close to a tie two correct backends may round to
     * neighbouring integers. Source: transformers {@code integrations/bitnet.py}.
     */
    INT8_PER_TOKEN,
    /**
     * Rounds each run of activations that one group of weights is multiplied with to int8 by the
     * run's largest magnitude. Runs are as long as {@link
     * dev.trilobit.api.quant.WeightFormat#runCols} says, the last may be shorter. With m the
     * largest magnitude of run g, but at least {@value #LEAST_RUN_MAGNITUDE}:
     *
     * <pre>{@code
     * s_g = 127 / m        q_i = round(x_i * s_g), ties to even: |q_i| <= 127
     * d_g = m / 127        the run stands for d_g * q_i
     * y   = sum over g = 0, 1, ... of  scale_g * (d_g * dot_g)  +  bias_g * (d_g * sum_g)
     * }</pre>
     *
     * <p>{@code dot_g} is the sum of code times q over the run and {@code sum_g} the sum of its q:
     * whole numbers, to be summed exactly where the format has groups of weights. Codes stand for
     * what the format says before its scale: -1 or 1 of a symmetric bit, -1, 0 or 1 of a trit, q
     * less its centre of a block. The rest is float32 at least: s, d, each product and each sum
     * rounded, the sums over g made in the order of g, that of the biases apart or not. As with
     * {@link #INT8_PER_TOKEN}, two correct backends may part close to a tie. A token with an
     * element that is not finite gives results that are not finite.
     */
    INT8_PER_GROUP;

    /** Least magnitude that a run of {@link #INT8_PER_GROUP} is divided by. */
    public static final float LEAST_RUN_MAGNITUDE = 0x1p-100f;

    /** Tells whether the input is rounded at all. */
    public boolean rounds() {
        return switch (this) {
            case NONE -> false;
            case INT8_PER_TOKEN, INT8_PER_GROUP -> true;
        };
    }
}
