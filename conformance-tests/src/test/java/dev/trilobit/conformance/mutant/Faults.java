package dev.trilobit.conformance.mutant;

import java.util.Set;
import java.util.stream.Collectors;

/**
 * The mistakes planted in a backend.
 *
 * @param planted none or one
 */
record Faults(Set<Fault> planted) {
    /** No mistake. */
    static final Faults NONE = new Faults(Set.of());

    Faults {
        planted = Set.copyOf(planted);
    }

    static Faults of(Fault fault) {
        return new Faults(Set.of(fault));
    }

    /** Returns those that are about what is refused, without those about numbers. */
    Faults onlyOfCompiling() {
        return new Faults(
                planted.stream()
                        .filter(
                                fault ->
                                        fault == Fault.NAN_ACCEPTED
                                                || fault == Fault.CODE_THREE_ACCEPTED)
                        .collect(Collectors.toUnmodifiableSet()));
    }

    boolean has(Fault fault) {
        return planted.contains(fault);
    }
}
