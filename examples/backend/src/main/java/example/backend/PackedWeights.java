package example.backend;

import dev.trilobit.api.backend.CompileProgress;
import dev.trilobit.api.program.Program;
import dev.trilobit.api.program.WeightRef;
import dev.trilobit.api.quant.UnusableWeightException;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.api.quant.WeightSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The matrices of a program by name. A name always means one matrix, whatever op reads it. */
final class PackedWeights {
    private final Map<String, Matrix> matrices;

    private PackedWeights(Map<String, Matrix> matrices) {
        this.matrices = Map.copyOf(matrices);
    }

    /**
     * Fetches, checks and packs every weight; nothing of the source is kept.
     *
     * @throws UnusableWeightException with everything that is wrong, not only the first thing
     */
    static PackedWeights pack(
            Program program, WeightSource source, Packer packer, CompileProgress progress) {
        var problems = new ArrayList<String>();
        Map<String, Weight> weights = fetch(program, source, problems);
        var matrices = new HashMap<String, Matrix>();
        long totalBytes = weights.values().stream().mapToLong(Weight::byteSize).sum();
        long doneBytes = 0;
        for (Map.Entry<String, Weight> entry : weights.entrySet()) {
            Weight weight = entry.getValue();
            try {
                matrices.put(entry.getKey(), packer.pack(weight));
            } catch (UnusableWeightException e) {
                problems.add(e.getMessage());
            }
            doneBytes += weight.byteSize();
            progress.report(doneBytes, totalBytes);
        }
        if (!problems.isEmpty()) {
            throw new UnusableWeightException(
                    BitPlaneBackend.ID + ": " + String.join("; ", problems));
        }
        return new PackedWeights(matrices);
    }

    private static Map<String, Weight> fetch(
            Program program, WeightSource source, List<String> problems) {
        var weights = new LinkedHashMap<String, Weight>();
        for (WeightRef ref : program.weights().values()) {
            try {
                Weight weight = source.weight(ref.name());
                mismatch(ref, weight)
                        .ifPresentOrElse(problems::add, () -> weights.put(ref.name(), weight));
            } catch (IllegalArgumentException e) {
                problems.add("%s: %s".formatted(ref.name(), e.getMessage()));
            }
        }
        return weights;
    }

    private static Optional<String> mismatch(WeightRef ref, Weight weight) {
        return weight.shape().equals(ref.shape()) && weight.format().equals(ref.format())
                ? Optional.empty()
                : Optional.of(
                        "%s: the program expects %s %s, got %s %s"
                                .formatted(
                                        ref.name(),
                                        ref.format(),
                                        ref.shape(),
                                        weight.format(),
                                        weight.shape()));
    }

    Matrix matrix(WeightRef ref) {
        return matrices.get(ref.name());
    }

    long byteSize() {
        return matrices.values().stream().mapToLong(Matrix::byteSize).sum();
    }
}
