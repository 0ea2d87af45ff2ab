package dev.trilobit.conformance.contract;

import java.util.ArrayList;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Spliterator;

/**
 * What is installed of a service, loaded one at a time: one that cannot be loaded does not hide the
 * rest.
 *
 * @param loaded those that can be used
 * @param broken why others cannot
 */
record Services<S>(List<S> loaded, List<String> broken) {
    /** A loader that fails without moving on would do so for ever. */
    private static final int MOST_LOOKUP_FAILURES = 100;

    Services {
        loaded = List.copyOf(loaded);
        broken = List.copyOf(broken);
    }

    static <S> Services<S> of(ServiceLoader<S> loader) {
        var loaded = new ArrayList<S>();
        var broken = new ArrayList<String>();
        Spliterator<ServiceLoader.Provider<S>> found = loader.stream().spliterator();
        while (broken.size() < MOST_LOOKUP_FAILURES) {
            try {
                if (!found.tryAdvance(entry -> loaded.add(entry.get()))) {
                    break;
                }
            } catch (RuntimeException | ServiceConfigurationError | LinkageError e) {
                broken.add(e.toString());
            }
        }
        return new Services<>(loaded, broken);
    }
}
