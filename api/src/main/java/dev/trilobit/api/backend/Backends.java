package dev.trilobit.api.backend;

import dev.trilobit.api.program.Program;
import java.util.ServiceLoader;

/**
 * Finds providers and chooses one. Ids are tried in the order asked for; {@code auto} tries
 * available providers by falling score. A backend asked for by name is used or the call fails.
 */
public final class Backends {
    private static final System.Logger LOG = System.getLogger(Backends.class.getName());

    private Backends() {}

    /**
     * Probes every provider and opens none; the report tells in which order they would be tried. An
     * unknown id is a candidate that is not available.
     *
     * @throws IllegalArgumentException if the property or the environment variable is malformed
     */
    public static SelectionReport report(BackendRequest request) {
        return search(request).report();
    }

    /**
     * Opens the first backend that can run {@code program}.
     *
     * @throws IllegalArgumentException if an id is unknown, and the message lists the known ones,
     *     or if the property or the environment variable is malformed
     * @throws BackendUnavailableException if no candidate runs here or can compile the program; the
     *     message has every reason
     */
    public static Selection select(BackendRequest request, Program program) {
        Selection selection = search(request).open(program);
        try {
            LOG.log(
                    System.Logger.Level.INFO,
                    "backend {0}: {1}; asked for {2}",
                    selection.id(),
                    selection.backend().device().name(),
                    selection.report().request());
        } catch (RuntimeException | Error e) {
            ProviderSearch.closeAfter(selection.backend(), e);
            throw e;
        }
        return selection;
    }

    private static ProviderSearch search(BackendRequest request) {
        return new ProviderSearch(
                request.resolve(), ServiceLoader.load(BackendProvider.class).stream());
    }
}
