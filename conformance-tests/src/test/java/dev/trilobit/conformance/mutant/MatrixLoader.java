package dev.trilobit.conformance.mutant;

import dev.trilobit.api.backend.CompileProgress;
import dev.trilobit.api.program.Op;
import dev.trilobit.api.program.Program;
import dev.trilobit.api.program.Value;
import dev.trilobit.api.program.WeightRef;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.api.quant.UnusableWeightException;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.api.quant.WeightSource;
import dev.trilobit.api.quant.WeightWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Fetches, checks and decodes every weight of a program. */
final class MatrixLoader {
    private static final long MANY_TRITS = 4096;

    private final Program program;
    private final WeightSource source;
    private final Faults faults;
    private final List<String> problems = new ArrayList<>();

    MatrixLoader(Program program, WeightSource source, Faults faults) {
        this.program = program;
        this.source = source;
        this.faults = faults;
    }

    /**
     * Decodes the weights.
     *
     * @throws UnusableWeightException with everything that is wrong with them
     */
    Map<String, Matrix> load(CompileProgress progress) {
        Map<String, Weight> weights = fetch();
        requireNoProblems();
        long totalBytes = weights.values().stream().mapToLong(Weight::byteSize).sum();
        long doneBytes = 0;
        var matrices = new LinkedHashMap<String, Matrix>();
        for (Map.Entry<String, Weight> entry : weights.entrySet()) {
            Weight weight = entry.getValue();
            // A fault in reading codes and scales is one of the product: it leaves tables alone.
            Faults reading = isMultiplied(entry.getKey()) ? faults : faults.onlyOfCompiling();
            matrices.put(entry.getKey(), new PlaneReader(weight, reading, problems).read());
            doneBytes += weight.byteSize();
            progress.report(doneBytes, totalBytes);
        }
        requireNoProblems();
        if (faults.has(Fault.TRIT_FLIPPED)) {
            flipTrit(matrices);
        }
        if (faults.has(Fault.ROTARY_ROWS_INTERLEAVED)) {
            interleaveRotaryRows(matrices);
        }
        if (faults.has(Fault.WEIGHTS_WRITTEN_TO)) {
            overwrite(weights.values().iterator().next().codes());
        }
        return matrices;
    }

    /** As native code would, which knows nothing of read-only segments. */
    @SuppressWarnings("restricted")
    private static void overwrite(MemorySegment readOnly) {
        MemorySegment plane =
                readOnly.isNative()
                        ? MemorySegment.ofAddress(readOnly.address()).reinterpret(1)
                        : readOnly;
        int first = plane.get(ValueLayout.JAVA_BYTE, 0);
        plane.set(ValueLayout.JAVA_BYTE, 0, (byte) (first + 1));
    }

    private void requireNoProblems() {
        if (!problems.isEmpty()) {
            throw new UnusableWeightException(
                    "scalar cannot use these weights: "
                            + String.join("; ", problems.subList(0, Math.min(problems.size(), 9))));
        }
    }

    private Map<String, Weight> fetch() {
        var weights = new LinkedHashMap<String, Weight>();
        for (WeightRef ref : program.weights().values()) {
            try {
                Weight weight = source.weight(ref.name());
                boolean fits =
                        weight.shape().equals(ref.shape()) && weight.format().equals(ref.format());
                if (!fits && !faults.has(Fault.MISMATCH_ACCEPTED)) {
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
                if (faults.has(Fault.MISSING_WEIGHT_IS_ZERO)) {
                    weights.put(ref.name(), zeros(ref));
                } else {
                    problems.add("no weight %s: %s".formatted(ref.name(), e.getMessage()));
                }
            }
        }
        return weights;
    }

    private boolean isMultiplied(String name) {
        return program.ops().stream()
                .anyMatch(op -> op instanceof Op.Linear l && l.weight().name().equals(name));
    }

    private static Weight zeros(WeightRef ref) {
        return new WeightWriter(ref.name(), ref.shape(), ref.format(), Arena.ofAuto()).weight();
    }

    private static Matrix matrix(Map<String, Matrix> matrices, WeightRef ref) {
        Matrix matrix = matrices.get(ref.name());
        if (matrix == null) {
            throw new IllegalStateException(ref.name() + " was not loaded");
        }
        return matrix;
    }

    /** Changes one trit of the first ternary matrix in which it is one of many. */
    private void flipTrit(Map<String, Matrix> matrices) {
        for (WeightRef ref : program.weights().values()) {
            Matrix matrix = matrix(matrices, ref);
            if (ref.format() instanceof Ternary
                    && isMultiplied(ref.name())
                    && ref.shape().elements() >= MANY_TRITS) {
                int row = matrix.rows() - 1;
                int col = matrix.cols() / 2;
                matrix.setUnit(row, col, matrix.unit(row, col) == 0 ? 1 : 0);
                return;
            }
        }
    }

    private void interleaveRotaryRows(Map<String, Matrix> matrices) {
        for (Op op : program.ops()) {
            if (op instanceof Op.Rope rope && maker(rope.in()) instanceof Op.Linear linear) {
                Matrix matrix = matrix(matrices, linear.weight());
                interleave(matrix, rope.rope().headDim());
            }
        }
    }

    /** The op that makes what a rope turns, behind the norm of its heads. */
    private Op maker(Value value) {
        Op op = program.ops().get(value.id());
        return op instanceof Op.RmsNorm norm ? maker(norm.in()) : op;
    }

    private static void interleave(Matrix matrix, int headDim) {
        var column = new float[matrix.rows()];
        for (int c = 0; c < matrix.cols(); c++) {
            for (int r = 0; r < column.length; r++) {
                column[r] = matrix.unit(r, c);
            }
            for (int r = 0; r < column.length; r++) {
                int i = r % headDim;
                int half = headDim / 2;
                int from = i < half ? 2 * i : 2 * (i - half) + 1;
                matrix.setUnit(r, c, column[r - i + from]);
            }
        }
    }
}
