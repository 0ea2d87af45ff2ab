package dev.trilobit.model.convert;

import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.model.arch.RotaryRows;
import dev.trilobit.model.file.GgmlType;
import dev.trilobit.model.file.TensorEntry;
import dev.trilobit.model.file.TensorFiles;
import dev.trilobit.model.layout.GgmlLayout;
import dev.trilobit.model.layout.I2sLayout;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.OptionalInt;

/**
 * Writes weights that have the format of their encoding already.
 *
 * @param files takes the tensors
 * @param pairedHeadDim elements of a head if query and key rows are stored in pairs
 */
record WeightStore(TensorFiles files, OptionalInt pairedHeadDim) {
    private static final GgmlLayout LAYOUT = new GgmlLayout(I2sLayout.A);

    /**
     * Writes one weight.
     *
     * @param weight of {@code part.encoding().format()}
     * @param arena for what is made on the way; shared or automatic
     */
    void write(PlannedPart part, Weight weight, Arena arena) throws IOException {
        List<TensorEntry> entries = part.entries();
        switch (part.encoding()) {
            case Encoding.Ggml(GgmlType type) -> {
                MemorySegment bytes = arena.allocate(entries.getFirst().byteSize(), Long.BYTES);
                encode(inFileOrder(part, weight, arena), type, bytes);
                files.write(entries.getFirst().name(), bytes);
            }
            case Encoding.BitNet(FloatType type) -> {
                MemorySegment scale = arena.allocate(type.byteSize());
                type.set(scale, 0, FloatType.F32.get(weight.scales(), 0));
                files.write(entries.get(0).name(), weight.codes());
                files.write(entries.get(1).name(), scale);
            }
            case Encoding.Mlx _, Encoding.Plain _ -> {
                for (int i = 0; i < entries.size(); i++) {
                    files.write(entries.get(i).name(), weight.planes().get(i));
                }
            }
        }
    }

    private Weight inFileOrder(PlannedPart part, Weight weight, Arena arena) {
        if (pairedHeadDim.isEmpty() || !part.part().isRotated()) {
            return weight;
        }
        var rows = new RotaryRows(pairedHeadDim.getAsInt());
        List<MemorySegment> planes =
                rows.store(weight.format(), weight.shape(), weight.planes(), arena);
        return new Weight(weight.name(), weight.shape(), weight.format(), planes);
    }

    private static void encode(Weight weight, GgmlType type, MemorySegment bytes) {
        try {
            LAYOUT.encode(weight, type, bytes);
        } catch (IllegalArgumentException e) {
            throw new ConversionRefusedException(String.valueOf(e.getMessage()));
        }
    }
}
