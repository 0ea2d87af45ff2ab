package dev.trilobit.conformance.op;

import dev.trilobit.conformance.contract.Budget;
import dev.trilobit.conformance.contract.Check;
import dev.trilobit.conformance.contract.Contract;
import java.util.List;
import java.util.stream.Stream;

/**
 * Every op on its own against the oracle: programs of one op whose inputs are test vectors that the
 * token ids choose. Each is tried with all weight formats it can have, at sizes round the blocks
 * and of real models, with extreme weights and inputs, in steps of one and several tokens; weights
 * lie between guard bytes and the result next to values that are read after it.
 *
 * <p>An error is compared with a bound for each number, derived from the count of roundings on its
 * way and the magnitudes they apply to, which holds under cancellation, and with {@link
 * Budget#opError} where nothing cancels by design.
 */
public final class OpContract implements Contract {
    /** Makes the contract. */
    public OpContract() {}

    @Override
    public String name() {
        return "op";
    }

    @Override
    public List<Check> checks() {
        return Stream.of(
                        EmbedChecks.checks(),
                        LinearChecks.checks(),
                        IntegerSumChecks.checks(),
                        RunSumChecks.checks(),
                        NormChecks.checks(),
                        RopeChecks.checks(),
                        AttendChecks.checks(),
                        ElementwiseChecks.checks())
                .flatMap(List::stream)
                .toList();
    }
}
