package dev.trilobit.api.backend;

import dev.trilobit.api.backend.Availability.Available;
import dev.trilobit.api.backend.Availability.Unavailable;
import dev.trilobit.api.backend.SelectionReport.Candidate;
import dev.trilobit.api.program.Program;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Spliterator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One search through the providers for one request. A provider that cannot be loaded becomes a
 * candidate with the reason; the others are searched on.
 */
final class ProviderSearch {
    /** A class path whose service files cannot be read fails at every step, without end. */
    private static final int MOST_LOOKUP_FAILURES = 100;

    /** A provider that was loaded, and what its probe said. */
    private record Found(BackendProvider provider, Available available) {}

    private final BackendRequest request;
    private final Map<String, Found> usable = new LinkedHashMap<>();

    /** What is known by the id it gave itself. */
    private final Map<String, Availability> probed = new LinkedHashMap<>();

    /** What cannot be asked for by an id of its own, by class name or placeholder. */
    private final Map<String, Unavailable> broken = new LinkedHashMap<>();

    private final Map<String, String> verdicts = new LinkedHashMap<>();

    /**
     * Loads and probes all providers.
     *
     * @param request resolved
     * @param providers as {@link ServiceLoader#stream} finds them
     */
    ProviderSearch(
            BackendRequest request, Stream<ServiceLoader.Provider<BackendProvider>> providers) {
        this.request = request;
        Spliterator<ServiceLoader.Provider<BackendProvider>> found = providers.spliterator();
        int failures = 0;
        while (failures < MOST_LOOKUP_FAILURES) {
            try {
                if (!found.tryAdvance(this::load)) {
                    return;
                }
            } catch (ServiceConfigurationError | LinkageError e) {
                failures++;
                broken.put("(provider not found, %d)".formatted(failures), unloadable(e));
            }
        }
    }

    private void load(ServiceLoader.Provider<BackendProvider> entry) {
        String name = entry.type().getName();
        BackendProvider provider;
        String id;
        try {
            provider = entry.get();
            id = provider.id();
        } catch (RuntimeException | ServiceConfigurationError | LinkageError e) {
            broken.put(name, unloadable(e));
            return;
        }
        if (!isId(id)) {
            broken.put(
                    name,
                    new Unavailable(
                            "its id '%s' cannot be asked for: expected a-z, 0-9, - and not auto"
                                    .formatted(id)));
            return;
        }
        if (probed.containsKey(id)) {
            broken.put(name, new Unavailable("another provider has the same id " + id));
            return;
        }
        Availability availability = probe(provider);
        probed.put(id, availability);
        if (availability instanceof Available available) {
            usable.put(id, new Found(provider, available));
        }
    }

    private static boolean isId(@Nullable String id) {
        return id != null && !id.equals("auto") && id.matches("[a-z0-9]+(-[a-z0-9]+)*");
    }

    /** A provider that nobody asked for must not stop the others, whatever its probe throws. */
    private static Availability probe(BackendProvider provider) {
        try {
            return Objects.requireNonNull(provider.probe(), "probe gave null");
        } catch (RuntimeException | ServiceConfigurationError | LinkageError e) {
            return new Unavailable("probe failed: " + e);
        }
    }

    private static Unavailable unloadable(Throwable error) {
        Throwable cause = error.getCause();
        return new Unavailable(
                "cannot be loaded: " + error + (cause == null ? "" : "; caused by " + cause));
    }

    /** Returns the report without opening anything. */
    SelectionReport report() {
        List<String> order = order().stream().filter(usable::containsKey).toList();
        for (String id : order) {
            verdicts.put(
                    id, id.equals(order.getFirst()) ? "tried first" : "tried if those before fail");
        }
        return report(Optional.empty());
    }

    /** Opens the first candidate that can compile {@code program}. */
    Selection open(Program program) {
        List<String> unknown = unknown();
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException(
                    "%s: unknown backend %s; %s"
                            .formatted(
                                    request.origin().label(), String.join(", ", unknown), known()));
        }
        for (String id : order()) {
            Found found = usable.get(id);
            if (found == null) {
                continue;
            }
            Optional<Backend> backend = open(id, found, program);
            if (backend.isPresent()) {
                verdicts.put(id, "chosen");
                return new Selection(id, backend.get(), report(Optional.of(id)));
            }
        }
        throw new BackendUnavailableException(
                "no backend for %s: %s".formatted(request, describe(report(Optional.empty()))));
    }

    private Optional<Backend> open(String id, Found found, Program program) {
        Backend backend;
        try {
            backend = found.provider().open();
        } catch (BackendException | ServiceConfigurationError | LinkageError e) {
            verdicts.put(id, "failed to open: " + e);
            return Optional.empty();
        }
        List<Rejection> rejections;
        try {
            rejections = backend.unsupported(program);
        } catch (RuntimeException | Error e) {
            closeAfter(backend, e);
            if (e instanceof BackendException || e instanceof LinkageError) {
                verdicts.put(id, "failed to check the program: " + e);
                return Optional.empty();
            }
            throw e;
        }
        if (rejections.isEmpty()) {
            return Optional.of(backend);
        }
        backend.close();
        verdicts.put(id, "cannot run this model: " + rejections);
        return Optional.empty();
    }

    /** Closes a backend because of {@code why}, which stays the failure that is told. */
    static void closeAfter(Backend backend, Throwable why) {
        try {
            backend.close();
        } catch (RuntimeException e) {
            why.addSuppressed(e);
        }
    }

    /** The ids to try, in order; equal scores by name, so that the class path does not decide. */
    private List<String> order() {
        if (!request.isAuto()) {
            return request.ids();
        }
        Comparator<Map.Entry<String, Found>> byScore =
                Comparator.comparingInt(entry -> entry.getValue().available().score());
        return usable.entrySet().stream()
                .sorted(byScore.reversed().thenComparing(Map.Entry.comparingByKey()))
                .map(Map.Entry::getKey)
                .toList();
    }

    private List<String> unknown() {
        return request.ids().stream().filter(id -> !probed.containsKey(id)).toList();
    }

    private String known() {
        if (probed.isEmpty() && broken.isEmpty()) {
            return "no provider is installed";
        }
        var text = new StringBuilder("known here: ");
        text.append(probed.isEmpty() ? "none" : String.join(", ", probed.keySet()));
        broken.forEach(
                (name, why) -> text.append("; ").append(name).append(": ").append(why.reason()));
        return text.toString();
    }

    private SelectionReport report(Optional<String> chosen) {
        var candidates = new ArrayList<Candidate>();
        probed.forEach(
                (id, availability) ->
                        candidates.add(new Candidate(id, availability, verdict(id, availability))));
        broken.forEach((name, why) -> candidates.add(new Candidate(name, why, why.reason())));
        for (String id : unknown()) {
            var why = new Unavailable("no provider has this id; " + known());
            candidates.add(new Candidate(id, why, why.reason()));
        }
        return new SelectionReport(request, chosen, candidates);
    }

    private String verdict(String id, Availability availability) {
        String verdict = verdicts.get(id);
        if (verdict != null) {
            return verdict;
        }
        return switch (availability) {
            case Unavailable(String reason) -> reason;
            case Available(String _, int score) ->
                    !request.isAuto() && !request.ids().contains(id)
                            ? "not asked for"
                            : "not needed: another came first (score %d)".formatted(score);
        };
    }

    private static String describe(SelectionReport report) {
        var lines = new ArrayList<String>();
        for (Candidate candidate : report.candidates()) {
            lines.add(candidate.id() + ": " + candidate.verdict());
        }
        return lines.isEmpty() ? "no provider is installed" : String.join("; ", lines);
    }
}
