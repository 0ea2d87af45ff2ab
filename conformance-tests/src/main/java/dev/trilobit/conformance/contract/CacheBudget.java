package dev.trilobit.conformance.contract;

/**
 * What a backend may lose by keeping keys and values in less than f32.
 *
 * @param error largest error of a kept number, in units of the largest magnitude in its head and
 *     position; 0 if numbers are kept as they are
 * @param opError largest normalised mean squared error of a program of attention alone; {@link
 *     Budget#opError} holds where that is larger
 */
public record CacheBudget(double error, double opError) {
    /** Numbers are kept as they are. */
    public static final CacheBudget EXACT = new CacheBudget(0, 0);

    public CacheBudget {
        if (!(error >= 0) || !(opError >= 0)) {
            throw new IllegalArgumentException(
                    "cache error %s and op error %s must not be negative"
                            .formatted(error, opError));
        }
    }
}
