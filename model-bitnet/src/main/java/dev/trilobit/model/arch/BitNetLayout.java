package dev.trilobit.model.arch;

import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.ScaleGranularity;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.api.quant.TernaryPacking;
import dev.trilobit.model.arch.Quantization.BitNet.Storage;
import dev.trilobit.model.file.SafetensorsType;
import dev.trilobit.model.file.StoredTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/**
 * Finds the ternary layers of BitNet files: {@code weight} U8 [rows / 4, cols] with {@code
 * weight_scale} [1], or masters to be rounded. Source: transformers {@code integrations/bitnet.py},
 * {@code BitLinear} and {@code AutoBitLinear}.
 */
final class BitNetLayout {
    private final TensorLookup tensors;
    private final Storage storage;

    BitNetLayout(TensorLookup tensors, Storage storage) {
        this.tensors = tensors;
        this.storage = storage;
    }

    /** Finds the ternary matrix of {@code module}. */
    Optional<PlannedWeight> matrix(String module, MatrixShape shape) {
        return switch (storage) {
            case MASTERS -> masters(module, shape);
            case PACKED_DIRECT -> packed(module, shape, false);
            case PACKED_INVERSE -> packed(module, shape, true);
        };
    }

    private Optional<PlannedWeight> packed(String module, MatrixShape shape, boolean inverse) {
        if (shape.rows() % 4 != 0) {
            tensors.problem(module, "packed rows must be a multiple of 4, got %s".formatted(shape));
            return Optional.empty();
        }
        List<Long> packed = List.of(shape.rows() / 4L, (long) shape.cols());
        Optional<StoredTensor> codes =
                tensors.require(module, "weight", packed, TypeRule.only(SafetensorsType.U8));
        Optional<Float> scale =
                tensors.require(module, "weight_scale", List.of(1L), TypeRule.FLOATS)
                        .flatMap(tensor -> scale(tensor, inverse));
        if (codes.isEmpty() || scale.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(planned(module, codes.get(), shape, scale.get()));
    }

    private static PlannedWeight planned(
            String module, StoredTensor codes, MatrixShape shape, float scale) {
        var format = new Ternary(TernaryPacking.ROW_QUARTERS, new ScaleGranularity.PerTensor());
        return new PlannedWeight(
                WeightPlan.ref(module, shape, format),
                arena -> List.of(codes.bytes(), scalePlane(arena, scale)));
    }

    private Optional<Float> scale(StoredTensor tensor, boolean inverse) {
        float stored = tensor.type().floatType().orElseThrow().get(tensor.bytes(), 0);
        float scale = inverse ? 1 / stored : stored;
        if (!(stored > 0) || !(scale > 0) || Float.isInfinite(scale)) {
            tensors.problem(tensor, "expected a positive scale, got " + stored);
            return Optional.empty();
        }
        return Optional.of(scale);
    }

    private static MemorySegment scalePlane(Arena arena, float scale) {
        MemorySegment plane = arena.allocate(Float.BYTES, Float.BYTES);
        FloatType.F32.set(plane, 0, scale);
        return plane;
    }

    private static List<MemorySegment> round(StoredTensor tensor, MatrixShape shape, Arena arena) {
        List<MemorySegment> planes = new MasterRounding(tensor, shape).round(arena);
        tensor.release();
        return planes;
    }

    private Optional<PlannedWeight> masters(String module, MatrixShape shape) {
        return tensors.require(module, "weight", TensorLookup.extents(shape), TypeRule.FLOATS)
                .map(
                        tensor -> {
                            var ref = WeightPlan.ref(module, shape, MasterRounding.FORMAT);
                            return new PlannedWeight(ref, arena -> round(tensor, shape, arena));
                        });
    }
}
