package planted.trilobit.model.file;

import planted.trilobit.model.arch.CycleHere;

/** A fault, with {@link CycleHere}. */
public final class CycleThere {
    /** Returns the other half. */
    public CycleHere other() {
        return new CycleHere();
    }
}
