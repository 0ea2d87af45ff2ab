package dev.trilobit.model.arch;

import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.Quantizer;
import dev.trilobit.api.quant.ScaleGranularity;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.api.quant.TernaryPacking;
import dev.trilobit.api.quant.TernaryRule;
import dev.trilobit.api.quant.UnusableWeightException;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.model.file.StoredTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Rounds the float masters of a BitNet layer to ternary, by {@link TernaryRule#ABSMEAN}. */
final class MasterRounding {
    static final Ternary FORMAT =
            new Ternary(TernaryPacking.CONSECUTIVE, new ScaleGranularity.PerTensor());

    private final Weight masters;

    /**
     * Prepares to round.
     *
     * @param tensor [rows, cols] of a float type
     */
    MasterRounding(StoredTensor tensor, MatrixShape shape) {
        FloatType type = tensor.type().floatType().orElseThrow();
        this.masters = new Weight(tensor.place(), shape, new Dense(type), List.of(tensor.bytes()));
    }

    /**
     * Returns the planes of {@link #FORMAT}; rows are rounded by all processors.
     *
     * @throws UnusableWeightException if a master is not a finite number
     */
    List<MemorySegment> round(Arena arena) {
        return Quantizer.quantize(masters, FORMAT, arena).planes();
    }
}
