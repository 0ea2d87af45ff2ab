package dev.trilobit.model.arch;

import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.model.file.StoredTensor;
import java.util.List;
import java.util.Optional;

/** Finds matrices and vectors that are stored as they are. */
final class DenseLayout {
    private final TensorLookup tensors;

    DenseLayout(TensorLookup tensors) {
        this.tensors = tensors;
    }

    /** Finds {@code module.weight}, [rows, cols]. */
    Optional<PlannedWeight> matrix(String module, MatrixShape shape) {
        return find(module, shape, TensorLookup.extents(shape));
    }

    /** Finds {@code module.weight}, [length]. */
    Optional<PlannedWeight> vector(String module, int length) {
        return find(module, MatrixShape.vector(length), List.of((long) length));
    }

    private Optional<PlannedWeight> find(String module, MatrixShape shape, List<Long> extents) {
        return tensors.require(module, "weight", extents, TypeRule.FLOATS)
                .map(tensor -> planned(module, tensor, shape));
    }

    private static PlannedWeight planned(String module, StoredTensor tensor, MatrixShape shape) {
        var format = new Dense(tensor.type().floatType().orElseThrow());
        return PlannedWeight.mapped(WeightPlan.ref(module, shape, format), tensor.bytes());
    }
}
