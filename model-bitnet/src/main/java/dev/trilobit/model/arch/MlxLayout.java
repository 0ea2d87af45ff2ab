package dev.trilobit.model.arch;

import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.Binary;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.WeightFormat;
import dev.trilobit.model.arch.Quantization.Groups;
import dev.trilobit.model.arch.Quantization.Mlx;
import dev.trilobit.model.arch.Quantization.Plain;
import dev.trilobit.model.file.SafetensorsType;
import dev.trilobit.model.file.StoredTensor;
import java.util.List;
import java.util.Optional;

/**
 * Finds the matrices of MLX files: {@code weight} U32 [rows, cols * bits / 32], {@code scales} and
 * {@code biases} [rows, cols / group]. The words, little-endian, are the bit stream of {@link
 * Affine} and {@link Binary}. Source: MLX {@code quantize}, mlx-lm {@code load_model}.
 */
final class MlxLayout {
    private final TensorLookup tensors;
    private final Mlx quantization;

    MlxLayout(TensorLookup tensors, Mlx quantization) {
        this.tensors = tensors;
        this.quantization = quantization;
    }

    /** Finds the matrix of {@code module}, quantized or not. */
    Optional<PlannedWeight> matrix(String module, MatrixShape shape) {
        var absent = tensors.has(module, "scales") ? quantization.standard() : new Plain();
        return switch (quantization.modules().getOrDefault(module, absent)) {
            case Plain() -> new DenseLayout(tensors).matrix(module, shape);
            case Groups groups -> grouped(module, shape, groups);
        };
    }

    private Optional<PlannedWeight> grouped(String module, MatrixShape shape, Groups groups) {
        long rowBits = (long) shape.cols() * groups.bits();
        if (rowBits % Integer.SIZE != 0 || shape.cols() % groups.size() != 0) {
            tensors.problem(
                    module,
                    "%s does not divide into groups of %d weights and words of 32 bits at %d bits a weight"
                            .formatted(shape, groups.size(), groups.bits()));
            return Optional.empty();
        }
        long rows = shape.rows();
        List<Long> grid = List.of(rows, (long) shape.cols() / groups.size());
        Optional<StoredTensor> codes =
                tensors.require(
                        module,
                        "weight",
                        List.of(rows, rowBits / Integer.SIZE),
                        TypeRule.only(SafetensorsType.U32));
        Optional<StoredTensor> scales = tensors.require(module, "scales", grid, TypeRule.FLOATS);
        TypeRule biasTypes =
                scales.map(tensor -> TypeRule.only(tensor.type())).orElse(TypeRule.FLOATS);
        Optional<StoredTensor> biases = tensors.require(module, "biases", grid, biasTypes);
        if (codes.isEmpty() || scales.isEmpty() || biases.isEmpty()) {
            return Optional.empty();
        }
        FloatType type = scales.get().type().floatType().orElseThrow();
        return Optional.of(
                PlannedWeight.mapped(
                        WeightPlan.ref(module, shape, format(groups, type)),
                        codes.get().bytes(),
                        scales.get().bytes(),
                        biases.get().bytes()));
    }

    private static WeightFormat format(Groups groups, FloatType type) {
        return groups.bits() == 1
                ? new Binary(groups.size(), Binary.Mode.AFFINE, type)
                : new Affine(groups.bits(), groups.size(), type);
    }
}
