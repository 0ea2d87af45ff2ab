package dev.trilobit.model.arch;

import dev.trilobit.api.program.WeightRef;
import dev.trilobit.api.quant.MappedPages;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.api.quant.WeightFormat;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * A matrix whose tensors were found and checked, but not read.
 *
 * @param ref what it will be
 * @param planes makes its planes: slices of the mapped file, or memory of the arena
 */
record PlannedWeight(WeightRef ref, Function<Arena, List<MemorySegment>> planes) {
    /** Plans a matrix that stays where it is mapped. */
    static PlannedWeight mapped(WeightRef ref, MemorySegment... planes) {
        var list = List.of(planes);
        return new PlannedWeight(ref, _ -> list);
    }

    /**
     * Plans one more step of reading.
     *
     * @param format of the planes the step makes
     * @param step makes them of the planes so far; what is new goes into the arena
     */
    PlannedWeight then(
            WeightFormat format, BiFunction<List<MemorySegment>, Arena, List<MemorySegment>> step) {
        return new PlannedWeight(
                new WeightRef(ref.name(), ref.shape(), format),
                arena -> {
                    List<MemorySegment> before = planes.apply(arena);
                    List<MemorySegment> after = step.apply(before, arena);
                    before.stream()
                            .filter(plane -> !after.contains(plane))
                            .forEach(MappedPages::giveBack);
                    return after;
                });
    }

    /** Reads the matrix. */
    Weight read(Arena arena) {
        return new Weight(ref.name(), ref.shape(), ref.format(), planes.apply(arena));
    }
}
