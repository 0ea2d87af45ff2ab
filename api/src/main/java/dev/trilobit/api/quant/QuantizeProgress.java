package dev.trilobit.api.quant;

/** Hears how far a {@link Quantizer} is, on the thread that called it. */
@FunctionalInterface
public interface QuantizeProgress {
    /** Nobody listens. */
    QuantizeProgress NONE = (_, _) -> {};

    /** Reports that {@code done} of {@code rows} rows are written; rises to {@code rows}. */
    void report(int done, int rows);
}
