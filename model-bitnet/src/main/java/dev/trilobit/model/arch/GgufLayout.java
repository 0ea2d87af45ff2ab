package dev.trilobit.model.arch;

import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.api.quant.WeightFormat;
import dev.trilobit.model.file.GgmlType;
import dev.trilobit.model.file.StoredTensor;
import dev.trilobit.model.layout.GgmlLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Finds the matrices of GGUF files: {@code weight} of any type and, beside some ternary ones,
 * {@code scale} [1].
 */
final class GgufLayout {
    private static final String WEIGHT = "weight";
    private static final String SCALE = "scale";

    /**
     * The types in which BitNet models are published. The other ternary types are those of models
     * whose weights alone are ternary.
     */
    static final Set<GgmlType> BIT_NET =
            Collections.unmodifiableSet(EnumSet.of(GgmlType.I2_S, GgmlType.TQ1_0, GgmlType.TQ2_0));

    private final TensorLookup tensors;
    private final GgmlLayout layout;
    private final CodesRead codes;

    GgufLayout(TensorLookup tensors, GgmlLayout layout, CodesRead codes) {
        this.tensors = tensors;
        this.layout = layout;
        this.codes = codes;
    }

    /** Returns whether the matrix of {@code module} has a type of BitNet models. */
    boolean isBitNet(String module) {
        return tensors.type(module, WEIGHT).map(BIT_NET::contains).orElse(false);
    }

    /** Returns whether the matrix has a ternary type that others than BitNet models have too. */
    boolean isTernaryOfAnySource(String module) {
        return isBitNet(module)
                && tensors.type(module, WEIGHT).filter(GgmlType.I2_S::equals).isEmpty();
    }

    /** Finds the matrix of {@code module}. */
    Optional<PlannedWeight> matrix(String module, MatrixShape shape) {
        Optional<StoredTensor> found =
                tensors.require(module, WEIGHT, TensorLookup.extents(shape), TypeRule.ANY);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        StoredTensor tensor = found.get();
        WeightFormat format =
                switch (codes) {
                    case SAMPLE -> layout.format(tensor);
                    case ALL -> exactFormat(tensor);
                };
        var weight =
                new PlannedWeight(
                        WeightPlan.ref(module, shape, format),
                        arena -> decode(tensor, format, shape, arena));
        if (!tensors.has(module, SCALE)) {
            return Optional.of(weight);
        }
        return tensors.require(module, SCALE, List.of(1L), TypeRule.FLOATS)
                .flatMap(factor -> scaled(weight, tensor, factor));
    }

    private WeightFormat exactFormat(StoredTensor tensor) {
        WeightFormat format = layout.exactFormat(tensor);
        tensor.release();
        return format;
    }

    /** Who decodes is done with the file; who reads it in place is not. */
    private List<MemorySegment> decode(
            StoredTensor tensor, WeightFormat format, MatrixShape shape, Arena arena) {
        List<MemorySegment> planes = layout.decode(tensor, format, shape, arena);
        if (!planes.getFirst().isMapped()) {
            tensor.release();
        }
        return planes;
    }

    private Optional<PlannedWeight> scaled(
            PlannedWeight weight, StoredTensor tensor, StoredTensor factor) {
        if (weight.ref().format() instanceof Ternary ternary) {
            var scaled = new ScaledTernary(ternary, factor);
            return Optional.of(weight.then(scaled.product(), scaled::multiply));
        }
        tensors.problem(
                factor,
                "a scale beside a matrix of %s is not supported".formatted(tensor.type().label()));
        return Optional.empty();
    }
}
