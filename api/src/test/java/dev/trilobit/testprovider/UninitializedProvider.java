package dev.trilobit.testprovider;

import dev.trilobit.api.backend.Availability;
import dev.trilobit.api.backend.Backend;
import dev.trilobit.api.backend.BackendProvider;

/** Can be loaded; its constructor dies. */
public final class UninitializedProvider implements BackendProvider {
    private final Object library;

    /** Needs the library. */
    public UninitializedProvider() {
        library = new MissingLibrary();
    }

    @Override
    public String id() {
        return "uninitialized";
    }

    @Override
    public Availability probe() {
        return new Availability.Available(library.toString(), 900);
    }

    @Override
    public Backend open() {
        throw new AssertionError("cannot be constructed");
    }
}
