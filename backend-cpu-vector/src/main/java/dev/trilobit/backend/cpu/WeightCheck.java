package dev.trilobit.backend.cpu;

import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.Binary;
import dev.trilobit.api.quant.BlockType;
import dev.trilobit.api.quant.Blocks;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.ScaleGranularity;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.api.quant.UnusableWeightException;
import dev.trilobit.api.quant.Weight;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Refuses values that kernels cannot use, at about the speed of reading them. */
final class WeightCheck {
    private static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final long STRETCH_WORDS = PassedPages.STEP_BYTES / Long.BYTES;

    private WeightCheck() {}

    /**
     * Checks everything a weight holds.
     *
     * @throws UnusableWeightException if a value, scale or bias is not finite or a ternary code is
     *     3, naming tensor and place
     */
    static void require(Weight weight) {
        int cols = weight.shape().cols();
        switch (weight.format()) {
            case Dense(FloatType type) ->
                    requireFinite(weight, "value", weight.codes(), type, cols);
            case Ternary(var _, ScaleGranularity.PerTensor()) -> {
                requireFinite(weight, "scale", weight.scales(), FloatType.F32, 1);
                requireTrits(weight);
            }
            case Ternary(var _, ScaleGranularity.PerGroup(int size, FloatType type)) -> {
                requireFinite(weight, "scale", weight.scales(), type, Math.ceilDiv(cols, size));
                requireTrits(weight);
            }
            case Binary(int size, Binary.Mode mode, FloatType type) -> {
                requireFinite(weight, "scale", weight.scales(), type, Math.ceilDiv(cols, size));
                if (mode == Binary.Mode.AFFINE) {
                    requireFinite(weight, "bias", weight.biases(), type, Math.ceilDiv(cols, size));
                }
            }
            case Affine(int _, int size, FloatType type) -> {
                requireFinite(weight, "scale", weight.scales(), type, Math.ceilDiv(cols, size));
                requireFinite(weight, "bias", weight.biases(), type, Math.ceilDiv(cols, size));
            }
            case Blocks(BlockType type) -> {
                BlockNumbers.scales(weight, type).requireFinite();
                if (type.hasBias()) {
                    BlockNumbers.biases(weight, type).requireFinite();
                }
            }
        }
    }

    private static void requireTrits(Weight weight) {
        var rows = new CodeRows(weight, weight.shape().cols());
        for (int r = 0; r < weight.shape().rows(); r++) {
            rows.read(r);
            long threes = 0;
            for (int c = 0; c < weight.shape().cols(); c += 28) {
                long codes = rows.from(c);
                threes |= codes & (codes >>> 1) & 0x0055555555555555L;
            }
            if (threes != 0) {
                throw rows.invalidTrit(r);
            }
        }
    }

    /**
     * Checks that no element of a plane is NaN or infinite.
     *
     * @param what {@code value}, {@code scale} or {@code bias}, for the message
     * @param plane elements of {@code type}, row-major; its pages are given back behind the check
     * @param rowLength elements of a row, for the message
     * @throws UnusableWeightException naming tensor, row, column or group, and element
     */
    static void requireFinite(
            Weight weight, String what, MemorySegment plane, FloatType type, long rowLength) {
        requireFinite(weight, what, new PassedPages(plane), type, rowLength);
    }

    /** Checks that no value of a dense weight is NaN or infinite; what was read stays in memory. */
    static void requireFiniteInPlace(Weight weight, FloatType type) {
        var kept = PassedPages.keeping(weight.codes());
        requireFinite(weight, "value", kept, type, weight.shape().cols());
    }

    private static void requireFinite(
            Weight weight, String what, PassedPages passed, FloatType type, long rowLength) {
        MemorySegment plane = passed.plane();
        long exponent =
                switch (type) {
                    case F32 -> 0x7f800000_7f800000L;
                    case F16 -> 0x7c007c00_7c007c00L;
                    case BF16 -> 0x7f807f80_7f807f80L;
                };
        long sign = type == FloatType.F32 ? 0x80000000_80000000L : 0x80008000_80008000L;
        // The lowest bit of each exponent: added to an exponent of ones it carries into the sign.
        long one = exponent & ~(exponent << 1);
        long words = plane.byteSize() / Long.BYTES;
        long carries = 0;
        for (long from = 0; from < words; from += STRETCH_WORDS) {
            passed.reached(from * Long.BYTES);
            long to = Math.min(from + STRETCH_WORDS, words);
            for (long i = from; i < to; i++) {
                carries |= (plane.get(LONG, i * Long.BYTES) & exponent) + one;
            }
        }
        long elements = plane.byteSize() / type.byteSize();
        long first = (carries & sign) != 0 ? 0 : words * Long.BYTES / type.byteSize();
        for (long i = first; i < elements; i++) {
            float value = type.get(plane, i);
            if (!Float.isFinite(value)) {
                throw new UnusableWeightException(
                        "%s: %s of row %d, %s %d must be finite, got %s"
                                .formatted(
                                        weight.name(),
                                        what,
                                        i / rowLength,
                                        what.equals("value") ? "column" : "group",
                                        i % rowLength,
                                        value));
            }
        }
    }
}
