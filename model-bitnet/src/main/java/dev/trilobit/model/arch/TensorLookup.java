package dev.trilobit.model.arch;

import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.model.file.ModelFormatException;
import dev.trilobit.model.file.StoredTensor;
import dev.trilobit.model.file.TensorCatalog;
import dev.trilobit.model.file.TensorType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Looks up the tensors of a model by module, under the names its files have for them, and collects
 * everything that is wrong with them, so that the user sees all of it at once.
 */
final class TensorLookup {
    private final TensorCatalog catalog;
    private final ModuleNames names;
    private final Set<String> used = new TreeSet<>();
    private final Set<String> missing = new TreeSet<>();
    private final Set<String> wrong = new HashSet<>();
    private int longestWrong = -1;
    private final List<String> problems = new ArrayList<>();

    TensorLookup(TensorCatalog catalog, ModuleNames names) {
        this.catalog = catalog;
        this.names = names;
    }

    /** Returns the shape of a tensor that holds {@code shape} as it is. */
    static List<Long> extents(MatrixShape shape) {
        return List.of((long) shape.rows(), (long) shape.cols());
    }

    /** Returns whether the files hold {@code part} of {@code module}. */
    boolean has(String module, String part) {
        return catalog.find(stored(module, part)).isPresent();
    }

    /** Returns the type of {@code part} of {@code module}, if the files hold it. */
    Optional<TensorType> type(String module, String part) {
        return catalog.find(stored(module, part)).map(StoredTensor::type);
    }

    /**
     * Finds a tensor that must be there with this shape and one of these types.
     *
     * @param module by its name in transformers
     * @param part what follows it after a dot, such as {@code weight}
     */
    Optional<StoredTensor> require(String module, String part, List<Long> shape, TypeRule types) {
        String name = stored(module, part);
        used.add(name);
        Optional<StoredTensor> found = catalog.find(name);
        if (found.isEmpty()) {
            missing.add(name);
            return Optional.empty();
        }
        StoredTensor tensor = found.get();
        if (!tensor.shape().equals(shape) || !types.fits().test(tensor.type())) {
            problem(
                    tensor,
                    "expected %s %s, got %s".formatted(types.label(), shape, tensor.layout()));
            return Optional.empty();
        }
        return found;
    }

    private String stored(String module, String part) {
        return names.of(module) + "." + part;
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
        String stored = names.of(module);
        problems.add("module %s: %s".formatted(stored, problem));
        wrong.add(stored);
        longestWrong = Math.max(longestWrong, stored.length());
    }

    /** Returns the tensors nobody asked for; those of a wrong module were just not looked at. */
    private List<String> unknown(Predicate<String> ignored) {
        return catalog.names().stream()
                .filter(name -> !used.contains(name) && !ignored.test(name) && !isOfWrong(name))
                .toList();
    }

    /** Looks up each beginning of a name that ends before a dot, however many modules are wrong. */
    private boolean isOfWrong(String name) {
        int dot = name.lastIndexOf('.', longestWrong);
        while (dot >= 0 && !wrong.contains(name.substring(0, dot))) {
            dot = name.lastIndexOf('.', dot - 1);
        }
        return dot >= 0;
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
                            .formatted(missing.size(), UnknownTensors.listed(missing)));
        }
        all.addAll(UnknownTensors.problems(unknown(ignored)));
        if (!all.isEmpty()) {
            throw new ModelFormatException(catalog.label(), all);
        }
    }
}
