package dev.trilobit.api.quant;

import java.lang.foreign.MemorySegment;

/**
 * Writes scales or biases of a weight under construction.
 *
 * @param weight its name and shape, for messages
 * @param what {@code scale} or {@code bias}, for messages
 * @param plane [rows, groups] of {@code type}
 * @param groups groups of a row
 */
record GroupPlane(Weight weight, String what, MemorySegment plane, FloatType type, int groups) {
    /**
     * Sets a number, rounded to the element type.
     *
     * @throws UnusableWeightException if it is not finite in that type
     */
    void set(int row, int group, float value) {
        long at = (long) row * groups + group;
        type.set(plane, at, value);
        if (!Float.isFinite(type.get(plane, at))) {
            throw outOfRange(weight, "%s of row %d, group %d".formatted(what, row, group), value);
        }
    }

    /** Says that a number is too large for what has to hold it. */
    static UnusableWeightException outOfRange(Weight weight, String what, float value) {
        return new UnusableWeightException(
                "%s: %s is %s, out of the range of %s"
                        .formatted(weight.name(), what, value, weight.format().label()));
    }
}
