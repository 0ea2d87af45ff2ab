package dev.trilobit.cli.inspect;

import dev.trilobit.model.file.GgufFile;
import dev.trilobit.model.file.ModelFolder;
import dev.trilobit.model.file.StoredTensor;
import dev.trilobit.model.file.TensorCatalog;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The tensors of a model as its files have them.
 *
 * @param tensors in the order of the file, or by name
 */
record StoredTypes(List<StoredTensor> tensors) {
    StoredTypes {
        tensors = List.copyOf(tensors);
    }

    /**
     * What is stored in one type.
     *
     * @param tensors number of tensors
     * @param bytes of all of them
     */
    record Share(int tensors, long bytes) {
        private Share plus(Share other) {
            return new Share(tensors + other.tensors, bytes + other.bytes);
        }
    }

    /** Reads the headers. */
    static StoredTypes of(ModelFolder folder) {
        return new StoredTypes(
                GgufFile.find(folder)
                        .<Collection<StoredTensor>>map(file -> file.tensors().values())
                        .orElseGet(() -> ofCatalog(TensorCatalog.open(folder)))
                        .stream()
                        .toList());
    }

    private static List<StoredTensor> ofCatalog(TensorCatalog catalog) {
        return catalog.names().stream().map(name -> catalog.find(name).orElseThrow()).toList();
    }

    /** Returns what there is of each type, by the name the file's format has for it. */
    Map<String, Share> shares() {
        Map<String, Share> shares = new TreeMap<>();
        for (StoredTensor tensor : tensors) {
            shares.merge(
                    tensor.type().label(), new Share(1, tensor.bytes().byteSize()), Share::plus);
        }
        return shares;
    }
}
