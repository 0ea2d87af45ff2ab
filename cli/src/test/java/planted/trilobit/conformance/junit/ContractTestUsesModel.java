package planted.trilobit.conformance.junit;

import dev.trilobit.model.file.ModelFormatException;

/** A fault: a test for everybody's backend knows our files. */
public final class ContractTestUsesModel {
    private ContractTestUsesModel() {}

    /** Fails. */
    public static void fail() {
        throw new ModelFormatException("file", "problem");
    }
}
