package planted.trilobit.conformance.oracle;

import planted.trilobit.conformance.junit.ContractTestUsesModel;

/** A fault: the suite does not run without JUnit. */
final class OracleUsesContractTest {
    private OracleUsesContractTest() {}

    static void fail() {
        ContractTestUsesModel.fail();
    }
}
