package planted.trilobit.model.generate;

import jdk.incubator.vector.FloatVector;

/** A fault: computing belongs to backends. */
final class ModelUsesVectors {
    private ModelUsesVectors() {}

    static int lanes() {
        return FloatVector.SPECIES_PREFERRED.length();
    }
}
