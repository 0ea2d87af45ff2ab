package dev.trilobit.model.arch;

import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.ScaleGranularity;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.api.quant.UnusableWeightException;
import dev.trilobit.model.file.StoredTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A ternary matrix with one more factor beside it, as older converters of llama.cpp write BitNet:
 * codes and scales of 1 in {@code attn_q.weight}, the scale of the matrix in {@code attn_q.scale}.
 * The factor goes into the scales, in float32, if the products are exact there.
 *
 * @param format of the matrix without the factor
 * @param factor one number
 */
record ScaledTernary(Ternary format, StoredTensor factor) {
    /** Returns the format with the factor in its scales. */
    Ternary product() {
        ScaleGranularity scales =
                switch (format.scales()) {
                    case ScaleGranularity.PerTensor tensor -> tensor;
                    case ScaleGranularity.PerGroup(int size, FloatType _) ->
                            new ScaleGranularity.PerGroup(size, FloatType.F32);
                };
        return new Ternary(format.packing(), scales);
    }

    /**
     * Multiplies.
     *
     * @param planes codes and scales
     * @throws UnusableWeightException if a product is not a float32
     */
    List<MemorySegment> multiply(List<MemorySegment> planes, Arena arena) {
        FloatType type = scaleType();
        MemorySegment scales = planes.get(1);
        long count = scales.byteSize() / type.byteSize();
        MemorySegment products = arena.allocate(count * Float.BYTES, Long.BYTES);
        float by = factor.type().floatType().orElseThrow().get(factor.bytes(), 0);
        for (long i = 0; i < count; i++) {
            float scale = type.get(scales, i);
            float product = scale * by;
            // Two floats multiply exactly in a double.
            if (product != (double) scale * by || Float.isInfinite(product)) {
                throw new UnusableWeightException(
                        "%s: scale %d of its matrix, %s, times %s is no float32"
                                .formatted(factor.place(), i, scale, by));
            }
            FloatType.F32.set(products, i, product);
        }
        return List.of(planes.get(0), products);
    }

    private FloatType scaleType() {
        return switch (format.scales()) {
            case ScaleGranularity.PerTensor() -> FloatType.F32;
            case ScaleGranularity.PerGroup(int _, FloatType type) -> type;
        };
    }
}
