package dev.trilobit.api.quant;

/** How many weights share one scale. */
public sealed interface ScaleGranularity {
    /** One f32 scale for the whole tensor: the scale plane holds four bytes. */
    record PerTensor() implements ScaleGranularity {}

    /**
     * One scale for each run of {@code size} weights along a row; the last run of a row may be
     * shorter. The scale plane is [rows, ceil(cols / size)] of {@code type}, row-major.
     *
     * @param size weights in a group, at least 1
     * @param type element type of the scale plane
     */
    record PerGroup(int size, FloatType type) implements ScaleGranularity {
        public PerGroup {
            WeightFormat.requireGroupSize(size);
        }
    }
}
