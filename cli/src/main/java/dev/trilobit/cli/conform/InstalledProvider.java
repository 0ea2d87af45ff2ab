package dev.trilobit.cli.conform;

import dev.trilobit.api.backend.Availability;
import dev.trilobit.api.backend.BackendProvider;
import dev.trilobit.api.backend.BackendRequest;
import dev.trilobit.api.backend.Backends;
import dev.trilobit.api.backend.SelectionReport;
import dev.trilobit.api.backend.SelectionReport.Candidate;
import dev.trilobit.cli.io.UsageException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Spliterator;

/**
 * A provider that was found.
 *
 * @param id backend id, or the class of a provider that could not be loaded
 * @param named whether the user asked for it by name
 * @param availability what its probe said, or why it could not be loaded
 */
record InstalledProvider(String id, boolean named, Availability availability) {
    /** A class path whose service files cannot be read fails at every step, without end. */
    private static final int MOST_FAILURES = 100;

    /**
     * Finds those that are asked for, or all.
     *
     * @throws UsageException if an id that is asked for is not installed; the message has those
     *     that are, with reasons
     */
    static List<InstalledProvider> find(BackendRequest asked) {
        SelectionReport report = report(asked);
        List<String> ids = report.request().ids();
        List<Candidate> installed = Backends.report(BackendRequest.auto()).candidates();
        List<String> unknown =
                ids.stream()
                        .filter(id -> installed.stream().noneMatch(one -> one.id().equals(id)))
                        .toList();
        if (!unknown.isEmpty()) {
            throw new UsageException(
                    "%s: unknown backend %s; known here: %s"
                            .formatted(
                                    report.request().origin().label(),
                                    String.join(", ", unknown),
                                    installed.isEmpty() ? "none" : describe(installed)));
        }
        var found = new ArrayList<InstalledProvider>();
        for (Candidate candidate : installed) {
            boolean named = ids.contains(candidate.id());
            if (named || ids.isEmpty()) {
                found.add(new InstalledProvider(candidate.id(), named, candidate.availability()));
            }
        }
        // The order of the class path is nobody's choice.
        found.sort(Comparator.comparing(InstalledProvider::id));
        return found;
    }

    /** Tells whether it runs here. */
    boolean available() {
        return availability instanceof Availability.Available;
    }

    private static SelectionReport report(BackendRequest asked) {
        try {
            return Backends.report(asked);
        } catch (IllegalArgumentException e) {
            throw new UsageException(e);
        }
    }

    private static String describe(List<Candidate> installed) {
        return String.join(
                ", ",
                installed.stream()
                        .map(
                                one ->
                                        switch (one.availability()) {
                                            case Availability.Available _ -> one.id();
                                            case Availability.Unavailable(String reason) ->
                                                    "%s (%s)".formatted(one.id(), reason);
                                        })
                        .toList());
    }

    /** Loads it; others may be broken. */
    Optional<BackendProvider> load() {
        Spliterator<ServiceLoader.Provider<BackendProvider>> entries =
                ServiceLoader.load(BackendProvider.class).stream().spliterator();
        var found = new ArrayList<BackendProvider>();
        for (int failures = 0; found.isEmpty() && failures < MOST_FAILURES; ) {
            try {
                if (!entries.tryAdvance(entry -> keep(entry.get(), found))) {
                    break;
                }
            } catch (RuntimeException | ServiceConfigurationError | LinkageError _) {
                // The report has told why that one is not there.
                failures++;
            }
        }
        return found.stream().findFirst();
    }

    private void keep(BackendProvider provider, List<BackendProvider> found) {
        if (provider.id().equals(id)) {
            found.add(provider);
        }
    }
}
