package dev.trilobit.conformance.contract;

import dev.trilobit.api.backend.BackendProvider;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;

/**
 * A provider that must keep the contracts.
 *
 * @param provider the provider
 * @param budget what its arithmetic may cost
 * @param refusals what it refuses by design
 * @param backendOptions handed to every compilation
 */
public record Subject(
        BackendProvider provider,
        Budget budget,
        Refusals refusals,
        Map<String, String> backendOptions) {
    public Subject {
        backendOptions = Map.copyOf(backendOptions);
    }

    /**
     * Returns a provider with what its {@link Declaration} says; without one it computes in f32 and
     * refuses nothing.
     *
     * @throws IllegalStateException if it has several declarations, or one cannot be loaded: nobody
     *     could tell whose limits that holds
     */
    public static Subject of(BackendProvider provider) {
        return of(provider, Map.of());
    }

    /**
     * Returns a provider with what its {@link Declaration} says of given backend options; without
     * one it computes in f32 and refuses nothing.
     *
     * @param backendOptions handed to every compilation
     * @throws IllegalStateException as {@link #of(BackendProvider)}
     */
    public static Subject of(BackendProvider provider, Map<String, String> backendOptions) {
        Services<Declaration> found = Services.of(ServiceLoader.load(Declaration.class));
        if (!found.broken().isEmpty()) {
            throw new IllegalStateException("declarations cannot be loaded: " + found.broken());
        }
        List<Declaration> own =
                found.loaded().stream()
                        .filter(declaration -> declaration.backendId().equals(provider.id()))
                        .toList();
        if (own.size() > 1) {
            throw new IllegalStateException(
                    "%s has several declarations: %s"
                            .formatted(
                                    provider.id(),
                                    own.stream().map(it -> it.getClass().getName()).toList()));
        }
        return own.isEmpty()
                ? new Subject(provider, Budget.float32(), Refusals.NONE, backendOptions)
                : new Subject(
                        provider,
                        own.getFirst().budget(backendOptions),
                        own.getFirst().refusals(),
                        backendOptions);
    }

    /**
     * Finds an installed provider, with what its {@link Declaration} says. Others that cannot be
     * loaded do no harm.
     *
     * @throws IllegalArgumentException if no provider has that id; the message lists the known ones
     *     and those that cannot be loaded
     * @throws IllegalStateException as {@link #of(BackendProvider)}
     */
    public static Subject named(String id) {
        Services<BackendProvider> installed =
                Services.of(ServiceLoader.load(BackendProvider.class));
        return installed.loaded().stream()
                .filter(provider -> provider.id().equals(id))
                .findFirst()
                .map(Subject::of)
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "no backend '%s' is installed; known: %s; not loaded: %s"
                                                .formatted(
                                                        id,
                                                        installed.loaded().stream()
                                                                .map(BackendProvider::id)
                                                                .toList(),
                                                        installed.broken())));
    }

    /** Returns this with another budget. */
    public Subject withBudget(Budget value) {
        return new Subject(provider, value, refusals, backendOptions);
    }

    /** Returns this with other refusals. */
    public Subject withRefusals(Refusals value) {
        return new Subject(provider, budget, value, backendOptions);
    }

    /** Returns this with other backend options. */
    public Subject withBackendOptions(Map<String, String> value) {
        return new Subject(provider, budget, refusals, value);
    }
}
