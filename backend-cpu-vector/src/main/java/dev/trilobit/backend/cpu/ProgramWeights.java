package dev.trilobit.backend.cpu;

import dev.trilobit.api.backend.BackendException;
import dev.trilobit.api.backend.CompileProgress;
import dev.trilobit.api.program.ActivationQuant;
import dev.trilobit.api.program.Op;
import dev.trilobit.api.program.Program;
import dev.trilobit.api.program.WeightRef;
import dev.trilobit.api.quant.MappedPages;
import dev.trilobit.api.quant.RowDecoder;
import dev.trilobit.api.quant.UnusableWeightException;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.api.quant.WeightSource;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The weights of a compiled program in the forms its steps read. Immutable. */
final class ProgramWeights implements AutoCloseable {
    /** A matrix and the rule for its input: what decides how it is packed. */
    private record MatrixKey(String name, ActivationQuant activations) {}

    /** A matrix being packed. */
    private record Packing(MatrixKey key, long sourceBytes, Future<PackedMatrix> result) {}

    private final Arena arena;
    private final Map<MatrixKey, PackedMatrix> matrices;
    private final Map<String, RowDecoder> tables;
    private final Map<String, float[]> gains;

    private ProgramWeights(
            Arena arena,
            Map<MatrixKey, PackedMatrix> matrices,
            Map<String, RowDecoder> tables,
            Map<String, float[]> gains) {
        this.arena = arena;
        this.matrices = matrices;
        this.tables = tables;
        this.gains = gains;
    }

    /**
     * Fetches, checks and packs every weight of a program.
     *
     * @throws UnusableWeightException if weights are missing, differ from the program or hold
     *     unusable numbers
     * @throws BackendException if native memory does not suffice
     */
    static ProgramWeights pack(
            Program program, WeightSource source, CpuOptions options, CompileProgress progress) {
        Arena arena = Arena.ofShared();
        try {
            var tableRefs = new LinkedHashMap<String, WeightRef>();
            var gainRefs = new LinkedHashMap<String, WeightRef>();
            var matrixRefs = new LinkedHashMap<MatrixKey, WeightRef>();
            for (Op op : program.ops()) {
                switch (op) {
                    case Op.Embed embed -> tableRefs.put(embed.table().name(), embed.table());
                    case Op.RmsNorm norm -> gainRefs.put(norm.gain().name(), norm.gain());
                    case Op.Linear linear ->
                            matrixRefs.put(
                                    new MatrixKey(linear.weight().name(), linear.activations()),
                                    linear.weight());
                    case Op.Rope _, Op.Attend _, Op.Gate _, Op.Add _ -> {}
                }
            }
            var failures = new ArrayList<Throwable>();
            var tables =
                    each(
                            tableRefs,
                            failures,
                            ref -> table(fetch(source, ref, arena), matrixRefs.values()));
            var gains = each(gainRefs, failures, ref -> vector(source, ref));
            var packed =
                    packAll(
                            matrixRefs,
                            matrices(source, tables),
                            arena,
                            options.threads(),
                            progress,
                            failures);
            throwIfAny(failures);
            var decoders = new HashMap<String, RowDecoder>();
            tables.forEach((name, table) -> decoders.put(name, new RowDecoder(table)));
            return new ProgramWeights(arena, packed, decoders, gains);
        } catch (OutOfMemoryError e) {
            arena.close();
            throw new BackendException(
                    CpuVectorBackend.ID + ": not enough native memory for the weights: " + e, e);
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    /** Makes something of each weight; what is wrong with one does not hide the next. */
    private static <T> Map<String, T> each(
            Map<String, WeightRef> refs, List<Throwable> failures, Function<WeightRef, T> make) {
        var made = new HashMap<String, T>();
        refs.forEach(
                (name, ref) -> {
                    try {
                        made.put(name, make.apply(ref));
                    } catch (IllegalArgumentException e) {
                        failures.add(e);
                    }
                });
        return made;
    }

    /**
     * Fetches a weight.
     *
     * @param arena owns what the source decodes
     * @throws UnusableWeightException if it is missing or not what the program says
     */
    private static Weight fetch(WeightSource source, WeightRef ref, Arena arena) {
        Weight weight;
        try {
            weight = source.weight(ref.name(), arena);
        } catch (IllegalArgumentException e) {
            String problem = String.valueOf(e.getMessage());
            // A source may say what is wrong without saying of what.
            throw problem.contains(ref.name())
                    ? e
                    : new UnusableWeightException(ref.name() + ": " + problem);
        }
        if (!weight.shape().equals(ref.shape()) || !weight.format().equals(ref.format())) {
            throw new UnusableWeightException(
                    "%s is %s %s, the program says %s %s"
                            .formatted(
                                    ref.name(),
                                    weight.format(),
                                    weight.shape(),
                                    ref.format(),
                                    ref.shape()));
        }
        return weight;
    }

    /** Packing checks a matrix; a table that is none has to be checked here. */
    private static Weight table(Weight table, Collection<WeightRef> matrices) {
        if (matrices.stream().noneMatch(matrix -> matrix.name().equals(table.name()))) {
            WeightCheck.require(table);
            release(table);
        }
        return table;
    }

    /** A head that is the embedding too, which stays, is not decoded once more. */
    private static WeightSource matrices(WeightSource source, Map<String, Weight> tables) {
        return (name, arena) -> {
            Weight table = tables.get(name);
            return table == null ? source.weight(name, arena) : table;
        };
    }

    private static float[] vector(WeightSource source, WeightRef ref) {
        try (Arena decoded = Arena.ofShared()) {
            float[] values = new float[ref.shape().cols()];
            Weight weight = fetch(source, ref, decoded);
            WeightCheck.require(weight);
            new RowDecoder(weight).copyRow(0, values, 0);
            return values;
        }
    }

    private static Map<MatrixKey, PackedMatrix> packAll(
            Map<MatrixKey, WeightRef> refs,
            WeightSource source,
            Arena arena,
            int threads,
            CompileProgress progress,
            List<Throwable> failures) {
        long totalBytes = refs.values().stream().mapToLong(ProgramWeights::bytes).sum();
        var packed = new HashMap<MatrixKey, PackedMatrix>();
        try (ExecutorService packers = Executors.newFixedThreadPool(threads)) {
            var pending = new ArrayList<Packing>();
            refs.forEach(
                    (key, ref) ->
                            pending.add(
                                    new Packing(
                                            key,
                                            bytes(ref),
                                            packers.submit(() -> pack(key, ref, source, arena)))));
            long doneBytes = 0;
            for (Packing packing : pending) {
                try {
                    packed.put(packing.key(), packing.result().get());
                } catch (ExecutionException e) {
                    failures.add(e.getCause());
                } catch (InterruptedException e) {
                    pending.forEach(other -> other.result().cancel(true));
                    Thread.currentThread().interrupt();
                    throw new BackendException(
                            CpuVectorBackend.ID + ": interrupted while packing weights", e);
                }
                doneBytes += packing.sourceBytes();
                try {
                    progress.report(doneBytes, totalBytes);
                } catch (RuntimeException | Error e) {
                    packers.shutdownNow();
                    throw e;
                }
            }
        }
        return packed;
    }

    private static long bytes(WeightRef ref) {
        return ref.format().byteSize(ref.shape());
    }

    /** A copy that the source decodes lives no longer than packing, unless it is read in place. */
    private static PackedMatrix pack(
            MatrixKey key, WeightRef ref, WeightSource source, Arena arena) {
        if (PackedMatrices.readsInPlace(ref.format())) {
            return PackedMatrices.pack(fetch(source, ref, arena), key.activations(), arena);
        }
        try (Arena decoded = Arena.ofShared()) {
            Weight weight = fetch(source, ref, decoded);
            PackedMatrix packed = PackedMatrices.pack(weight, key.activations(), arena);
            release(weight);
            return packed;
        }
    }

    /**
     * Gives the pages of a file back that were read for packing: they would count as memory of this
     * process, and are there again if somebody reads them once more, such as the rows of a head
     * that is the embedding too.
     */
    private static void release(Weight weight) {
        weight.planes().forEach(MappedPages::giveBack);
    }

    private static void throwIfAny(List<Throwable> failures) {
        for (Throwable failure : failures) {
            if (failure instanceof Error error) {
                throw error;
            }
            if (!(failure instanceof IllegalArgumentException)) {
                throw new BackendException(CpuVectorBackend.ID + ": packing failed", failure);
            }
        }
        if (!failures.isEmpty()) {
            throw new UnusableWeightException(
                    "unusable weights: "
                            + String.join(
                                    "; ", failures.stream().map(Throwable::getMessage).toList()));
        }
    }

    PackedMatrix matrix(Op.Linear linear) {
        return known(
                matrices.get(new MatrixKey(linear.weight().name(), linear.activations())),
                linear.weight());
    }

    RowDecoder table(Op.Embed embed) {
        return known(tables.get(embed.table().name()), embed.table());
    }

    float[] gain(Op.RmsNorm norm) {
        return known(gains.get(norm.gain().name()), norm.gain());
    }

    private static <T> T known(@Nullable T value, WeightRef ref) {
        if (value == null) {
            throw new IllegalStateException(ref.name() + " was not packed");
        }
        return value;
    }

    /** Bytes of packed matrices; what is read in place from the file's mapping does not count. */
    long byteSize() {
        return matrices.values().stream().mapToLong(PackedMatrix::byteSize).sum();
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
