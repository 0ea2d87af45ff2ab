package dev.trilobit.api.backend;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Which backends may be used, and who said so.
 *
 * @param ids backend ids in order of preference; empty for {@code auto}, the highest score
 * @param origin who asked; the strongest origin wins
 */
public record BackendRequest(List<String> ids, Origin origin) {
    /** Name of the system property: {@code auto} or {@code id[,id...]}. */
    public static final String PROPERTY = "trilobit.backend";

    /** Name of the environment variable, read when the property is absent. */
    public static final String ENVIRONMENT = "TRILOBIT_BACKEND";

    private static final String AUTO = "auto";

    /** Who asked, the strongest first. */
    public enum Origin {
        /** A request made in code. */
        REQUEST("BackendRequest"),
        /** The command line. */
        OPTION("--backend"),
        /** The system property. */
        PROPERTY("-D" + BackendRequest.PROPERTY),
        /** The environment variable. */
        ENVIRONMENT(BackendRequest.ENVIRONMENT),
        /** Nobody. */
        DEFAULT("default");

        private final String label;

        Origin(String label) {
            this.label = label;
        }

        /** Returns how users write it. */
        public String label() {
            return label;
        }
    }

    public BackendRequest {
        ids = List.copyOf(ids);
        for (String id : ids) {
            if (id.isBlank() || id.contains(",") || id.equals(AUTO)) {
                throw new IllegalArgumentException(
                        "%s: '%s' is no backend id".formatted(origin.label(), id));
            }
        }
    }

    /**
     * Returns a request in code for the best backend here, whatever property or environment say.
     */
    public static BackendRequest auto() {
        return new BackendRequest(List.of(), Origin.REQUEST);
    }

    /**
     * Returns a request in code.
     *
     * @param ids {@code auto} or ids separated by commas, in order of preference
     * @throws IllegalArgumentException if the list is empty or mixes {@code auto} with ids
     */
    public static BackendRequest of(String ids) {
        return parse(ids, Origin.REQUEST);
    }

    /**
     * Returns a request from a command line option.
     *
     * @param ids as for {@link #of}
     */
    public static BackendRequest ofOption(String ids) {
        return parse(ids, Origin.OPTION);
    }

    /** Returns what nobody asked for: the property and the environment decide, else auto. */
    public static BackendRequest unspecified() {
        return new BackendRequest(List.of(), Origin.DEFAULT);
    }

    /**
     * Returns the strongest of this request, the system property and the environment variable. A
     * variable that is empty counts as not set.
     *
     * @throws IllegalArgumentException if the property or the variable is malformed
     */
    BackendRequest resolve() {
        return resolve(
                name -> Optional.ofNullable(System.getProperty(name)),
                name -> Optional.ofNullable(System.getenv(name)).filter(value -> !value.isBlank()));
    }

    /**
     * As {@link #resolve()}, with the places to look given.
     *
     * @param property looks up a system property
     * @param environment looks up an environment variable
     */
    BackendRequest resolve(
            Function<String, Optional<String>> property,
            Function<String, Optional<String>> environment) {
        return orIfStronger(Origin.PROPERTY, () -> property.apply(PROPERTY))
                .orIfStronger(Origin.ENVIRONMENT, () -> environment.apply(ENVIRONMENT));
    }

    /** What {@code text} asks for, if it is there and {@code other} is stronger than who asked. */
    private BackendRequest orIfStronger(Origin other, Supplier<Optional<String>> text) {
        if (origin.compareTo(other) <= 0) {
            return this;
        }
        return text.get().map(ids -> parse(ids, other)).orElse(this);
    }

    private static BackendRequest parse(String text, Origin origin) {
        List<String> ids =
                Arrays.stream(text.split(",", -1)).map(String::strip).distinct().toList();
        if (ids.contains("") || (ids.contains(AUTO) && ids.size() > 1)) {
            throw new IllegalArgumentException(
                    "%s: expected auto or id[,id...], got '%s'".formatted(origin.label(), text));
        }
        return new BackendRequest(ids.equals(List.of(AUTO)) ? List.of() : ids, origin);
    }

    /** Tells whether the best backend is wanted rather than one by name. */
    public boolean isAuto() {
        return ids.isEmpty();
    }

    @Override
    public String toString() {
        return (isAuto() ? "auto" : String.join(",", ids)) + " (" + origin.label() + ")";
    }
}
