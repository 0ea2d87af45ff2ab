package dev.trilobit.model.arch;

import dev.trilobit.api.program.Program;
import dev.trilobit.api.quant.WeightSource;
import dev.trilobit.model.file.ModelFolder;
import dev.trilobit.model.file.TensorCatalog;
import java.lang.foreign.Arena;

/** Reads models. */
public final class DecoderModels {
    private DecoderModels() {}

    /**
     * Reads config.json and the safetensors files of {@code folder}. Matrices whose layout is a
     * {@link dev.trilobit.api.quant.WeightFormat} already stay where they are mapped; what has to
     * be decoded goes into {@code arena}.
     *
     * @param folder stays open as long as the model is used; not closed by this method
     * @param arena shared or automatic, since several threads fill it
     * @throws dev.trilobit.model.file.ModelFormatException naming every reason why the model cannot
     *     be read
     * @throws IllegalArgumentException if {@code arena} is confined to one thread
     */
    public static DecoderModel open(ModelFolder folder, Arena arena) {
        requireShared(arena);
        ModelConfig config = ModelConfig.read(folder);
        Architecture architecture = Architecture.of(config.architecture()).orElseThrow();
        var plan = new WeightPlan(TensorCatalog.open(folder), config);
        Program program = new DecoderGraph(config, architecture, plan).write();
        WeightSource weights = plan.read(arena);
        return new DecoderModel(config, program, weights);
    }

    private static void requireShared(Arena arena) {
        Thread other = Thread.ofPlatform().unstarted(() -> {});
        if (!arena.allocate(1).isAccessibleBy(other)) {
            throw new IllegalArgumentException(
                    "expected a shared or automatic arena, got one confined to a thread");
        }
    }
}
