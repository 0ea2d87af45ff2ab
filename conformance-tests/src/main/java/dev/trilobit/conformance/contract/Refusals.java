package dev.trilobit.conformance.contract;

import dev.trilobit.api.program.Program;
import java.util.Optional;

/**
 * What a backend refuses by design, such as scales per row and group. A declared refusal is
 * reported as refused; any other one is a failure.
 */
@FunctionalInterface
public interface Refusals {
    /** Nothing is refused. */
    Refusals NONE = _ -> Optional.empty();

    /** Returns why {@code program} is refused by design; empty if it must run. */
    Optional<String> reason(Program program);
}
