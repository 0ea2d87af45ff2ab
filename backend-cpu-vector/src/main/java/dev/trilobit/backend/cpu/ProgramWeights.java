package dev.trilobit.backend.cpu;

import dev.trilobit.api.backend.BackendException;
import dev.trilobit.api.backend.CompileProgress;
import dev.trilobit.api.program.ActivationQuant;
import dev.trilobit.api.program.Op;
import dev.trilobit.api.program.Program;
import dev.trilobit.api.program.WeightRef;
import dev.trilobit.api.quant.UnusableWeightException;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.api.quant.WeightSource;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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
        Map<String, Weight> weights = fetch(program, source);
        Arena arena = Arena.ofShared();
        try {
            var tableWeights = new HashMap<String, Weight>();
            var gains = new HashMap<String, float[]>();
            var matrices = new LinkedHashMap<MatrixKey, Weight>();
            for (Op op : program.ops()) {
                switch (op) {
                    case Op.Embed embed -> {
                        Weight table = weight(weights, embed.table());
                        tableWeights.put(table.name(), table);
                    }
                    case Op.RmsNorm norm -> {
                        Weight gain = weight(weights, norm.gain());
                        gains.computeIfAbsent(gain.name(), _ -> vector(gain));
                    }
                    case Op.Linear linear ->
                            matrices.put(
                                    new MatrixKey(linear.weight().name(), linear.activations()),
                                    weight(weights, linear.weight()));
                    case Op.Rope _, Op.Attend _, Op.Gate _, Op.Add _ -> {}
                }
            }
            Map<String, RowDecoder> tables = tables(tableWeights, matrices);
            var packed = packAll(matrices, arena, options.threads(), progress);
            return new ProgramWeights(arena, packed, tables, gains);
        } catch (OutOfMemoryError e) {
            arena.close();
            throw new BackendException(
                    CpuVectorBackend.ID + ": not enough native memory for the weights: " + e, e);
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    /** Packing checks a matrix; a table that is none has to be checked here. */
    private static Map<String, RowDecoder> tables(
            Map<String, Weight> weights, Map<MatrixKey, Weight> matrices) {
        var tables = new HashMap<String, RowDecoder>();
        weights.forEach(
                (name, table) ->
                        tables.put(
                                name,
                                matrices.containsValue(table)
                                        ? RowDecoder.unchecked(table)
                                        : new RowDecoder(table)));
        return tables;
    }

    /** Collects every problem before it throws. */
    private static Map<String, Weight> fetch(Program program, WeightSource source) {
        var weights = new HashMap<String, Weight>();
        var problems = new ArrayList<String>();
        for (WeightRef ref : program.weights().values()) {
            try {
                Weight weight = source.weight(ref.name());
                if (!weight.shape().equals(ref.shape()) || !weight.format().equals(ref.format())) {
                    problems.add(
                            "%s is %s %s, the program says %s %s"
                                    .formatted(
                                            ref.name(),
                                            weight.format(),
                                            weight.shape(),
                                            ref.format(),
                                            ref.shape()));
                }
                weights.put(ref.name(), weight);
            } catch (IllegalArgumentException e) {
                problems.add(named(ref, String.valueOf(e.getMessage())));
            }
        }
        if (!problems.isEmpty()) {
            throw new UnusableWeightException(
                    "weights do not fit the program: " + String.join("; ", problems));
        }
        return weights;
    }

    /** A source may say what is wrong without saying of what. */
    private static String named(WeightRef ref, String problem) {
        return problem.contains(ref.name()) ? problem : ref.name() + ": " + problem;
    }

    private static Weight weight(Map<String, Weight> weights, WeightRef ref) {
        Weight weight = weights.get(ref.name());
        if (weight == null) {
            throw new UnusableWeightException("no weight " + ref.name());
        }
        return weight;
    }

    private static float[] vector(Weight gain) {
        float[] values = new float[gain.shape().cols()];
        new RowDecoder(gain).copyRow(0, values, 0);
        return values;
    }

    private static Map<MatrixKey, PackedMatrix> packAll(
            Map<MatrixKey, Weight> weights, Arena arena, int threads, CompileProgress progress) {
        long totalBytes = weights.values().stream().mapToLong(Weight::byteSize).sum();
        var packed = new HashMap<MatrixKey, PackedMatrix>();
        try (ExecutorService packers = Executors.newFixedThreadPool(threads)) {
            var pending = new ArrayList<Packing>();
            weights.forEach(
                    (key, weight) ->
                            pending.add(
                                    new Packing(
                                            key,
                                            weight.byteSize(),
                                            packers.submit(
                                                    () ->
                                                            PackedMatrices.pack(
                                                                    weight,
                                                                    key.activations(),
                                                                    arena)))));
            long doneBytes = 0;
            var failures = new ArrayList<Throwable>();
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
            throwIfAny(failures);
        }
        return packed;
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
