package dev.trilobit.testprovider;

import dev.trilobit.api.backend.Availability;
import dev.trilobit.api.backend.Backend;
import dev.trilobit.api.backend.BackendProvider;

/** Cannot be loaded as a class. */
public final class UnlinkedProvider extends MissingLibrary implements BackendProvider {
    /** Is never reached. */
    public UnlinkedProvider() {}

    @Override
    public String id() {
        return "unlinked";
    }

    @Override
    public Availability probe() {
        return new Availability.Available("none", 900);
    }

    @Override
    public Backend open() {
        throw new AssertionError("cannot be loaded");
    }
}
