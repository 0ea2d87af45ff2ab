package dev.trilobit.model.arch;

import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.model.file.ModelFormatException;
import dev.trilobit.model.file.StoredTensor;
import dev.trilobit.model.file.TensorCatalog;
import dev.trilobit.model.file.TensorType;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Looks up the tensors of a model and collects everything that is wrong with them, so that the user
 * sees all of it at once.
 */
final class TensorLookup {
    /** The types a matrix that is not quantized may have. */
    static final Set<TensorType> FLOATS =
            EnumSet.of(TensorType.F32, TensorType.F16, TensorType.BF16);

    private final TensorCatalog catalog;
    private final Set<String> used = new TreeSet<>();
    private final Set<String> missing = new TreeSet<>();
    private final List<String> problems = new ArrayList<>();

    TensorLookup(TensorCatalog catalog) {
        this.catalog = catalog;
    }

    /** Returns the shape of a tensor that holds {@code shape} as it is. */
    static List<Long> extents(MatrixShape shape) {
        return List.of((long) shape.rows(), (long) shape.cols());
    }

    /** Returns whether the files hold {@code name}. */
    boolean has(String name) {
        return catalog.find(name).isPresent();
    }

    /** Finds a tensor that must be there with this shape and one of these types. */
    Optional<StoredTensor> require(String name, List<Long> shape, Set<TensorType> types) {
        used.add(name);
        Optional<StoredTensor> found = catalog.find(name);
        if (found.isEmpty()) {
            missing.add(name);
            return Optional.empty();
        }
        StoredTensor tensor = found.get();
        if (!tensor.shape().equals(shape) || !types.contains(tensor.type())) {
            String type = types.size() == 1 ? types.iterator().next().name() : types.toString();
            problem(tensor, "expected %s %s, got %s".formatted(type, shape, tensor.layout()));
            return Optional.empty();
        }
        return found;
    }

    /** Notes what is wrong with a tensor. */
    void problem(StoredTensor tensor, String problem) {
        // The exception starts with the catalog's label: one file need not be named twice.
        String label = catalog.label() + ": ";
        String place = tensor.place();
        problems.add(
                (place.startsWith(label) ? place.substring(label.length()) : place)
                        + ": "
                        + problem);
    }

    /** Notes what is wrong with a module. */
    void problem(String module, String problem) {
        problems.add("module %s: %s".formatted(module, problem));
        // Its tensors are not unknown; they just were not looked at any more.
        catalog.names().stream().filter(name -> name.startsWith(module + ".")).forEach(used::add);
    }

    /**
     * Ends the lookup. A tensor nobody asked for is as wrong as a missing one: a bias or a norm
     * that is left out changes what the model says.
     *
     * @param ignored names of tensors that change nothing
     * @throws ModelFormatException naming every tensor that is missing, wrong or unknown
     */
    void failIfProblems(Predicate<String> ignored) {
        var all = new ArrayList<>(problems);
        if (!missing.isEmpty()) {
            all.add(
                    "%d tensors are missing: %s"
                            .formatted(missing.size(), String.join(", ", missing)));
        }
        List<String> unknown =
                catalog.names().stream()
                        .filter(name -> !used.contains(name) && !ignored.test(name))
                        .toList();
        if (!unknown.isEmpty()) {
            all.add(
                    "%d tensors are unknown to this architecture: %s"
                            .formatted(unknown.size(), String.join(", ", unknown)));
        }
        if (!all.isEmpty()) {
            throw new ModelFormatException(catalog.label(), all);
        }
    }
}
