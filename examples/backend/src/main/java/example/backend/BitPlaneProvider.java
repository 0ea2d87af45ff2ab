package example.backend;

import dev.trilobit.api.backend.Availability;
import dev.trilobit.api.backend.Backend;
import dev.trilobit.api.backend.BackendProvider;

/** What ServiceLoader finds. It names nothing that may be missing at run time. */
public final class BitPlaneProvider implements BackendProvider {
    /** The lowest score there is: {@code auto} prefers any other backend. */
    private static final int SCORE = 1;

    /** Called by ServiceLoader. */
    public BitPlaneProvider() {}

    @Override
    public String id() {
        return BitPlaneBackend.ID;
    }

    @Override
    public Availability probe() {
        return new Availability.Available("bit planes in plain Java", SCORE);
    }

    @Override
    public Backend open() {
        return new BitPlaneBackend(Packer.BIT_PLANES);
    }
}
