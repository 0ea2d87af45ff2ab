package planted.trilobit.backend.cpu;

import dev.trilobit.api.backend.Availability;
import dev.trilobit.api.backend.Backend;
import dev.trilobit.api.backend.BackendProvider;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** A fault: where the module is missing it cannot be loaded to say so. */
public final class LinkingProvider implements BackendProvider {
    final VectorSpecies<Float> species = FloatVector.SPECIES_PREFERRED;

    @Override
    public String id() {
        return "linking";
    }

    @Override
    public Availability probe() {
        return new Availability.Unavailable("planted");
    }

    @Override
    public Backend open() {
        throw new IllegalStateException("planted");
    }
}
