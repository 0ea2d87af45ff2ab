package dev.trilobit.model.convert;

/** Told how far a conversion is; called by the thread that converts. */
@FunctionalInterface
public interface ConversionListener {
    /** Is told nothing. */
    ConversionListener NONE = (_, _, _) -> {};

    /**
     * Tells how far the work is.
     *
     * @param step what goes on: {@code writing} or {@code verifying}
     * @param doneWeights numbers written and verified so far
     * @param totalWeights numbers to be written and verified
     */
    void progress(String step, long doneWeights, long totalWeights);
}
