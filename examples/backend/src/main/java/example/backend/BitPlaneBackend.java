package example.backend;

import dev.trilobit.api.backend.Backend;
import dev.trilobit.api.backend.CompileOptions;
import dev.trilobit.api.backend.CompiledProgram;
import dev.trilobit.api.backend.DeviceInfo;
import dev.trilobit.api.backend.Rejection;
import dev.trilobit.api.program.Program;
import dev.trilobit.api.quant.WeightSource;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Compiles programs. It holds nothing between them, so that threads may share it. */
final class BitPlaneBackend implements Backend {
    static final String ID = "bitplane";

    private final Packer packer;

    /**
     * Opens the backend.
     *
     * @param packer how it keeps its weights
     */
    BitPlaneBackend(Packer packer) {
        this.packer = packer;
    }

    @Override
    public DeviceInfo device() {
        return new DeviceInfo(
                "64 weights a word, one thread", Map.of("word-bits", Integer.toString(Long.SIZE)));
    }

    /** Every op and format runs here; what a device cannot do is said in this list. */
    @Override
    public List<Rejection> unsupported(Program program) {
        return List.of();
    }

    @Override
    public CompiledProgram compile(Program program, WeightSource weights, CompileOptions options) {
        requireNoOptions(options);
        requireAddressable(program, options);
        return Memory.need(
                "the weights",
                () -> {
                    var packed = PackedWeights.pack(program, weights, packer, options.progress());
                    return new BitPlaneProgram(program, packed, options);
                });
    }

    private static void requireNoOptions(CompileOptions options) {
        if (!options.backendOptions().isEmpty()) {
            throw new IllegalArgumentException(
                    "%s: unknown options %s; it has none"
                            .formatted(ID, new TreeSet<>(options.backendOptions().keySet())));
        }
    }

    /** A step returns its logits in one array. */
    private static void requireAddressable(Program program, CompileOptions options) {
        int width = program.logits().width();
        if ((long) width * options.maxTokensPerStep() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "%s: the %d logits of each of %d tokens do not fit an array; those of %d tokens do"
                            .formatted(
                                    ID,
                                    width,
                                    options.maxTokensPerStep(),
                                    Integer.MAX_VALUE / width));
        }
    }

    @Override
    public void close() {
        // Nothing is held.
    }
}
