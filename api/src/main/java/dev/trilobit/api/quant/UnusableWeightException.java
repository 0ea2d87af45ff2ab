package dev.trilobit.api.quant;

/**
 * Weights are missing, differ from what the program says, or hold numbers no kernel can use (NaN, a
 * ternary code of 3); the message names each. It is a fault of the model and not of an option.
 */
public class UnusableWeightException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    /**
     * Reports bad weights.
     *
     * @param message the weights, what was expected and what came
     */
    public UnusableWeightException(String message) {
        super(message);
    }
}
