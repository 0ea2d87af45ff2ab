package planted.trilobit.model.arch;

import planted.trilobit.model.file.CycleThere;

/** A fault, with {@link CycleThere}. */
public final class CycleHere {
    /** The other half. */
    public CycleThere other = new CycleThere();
}
