package dev.trilobit.conformance.contract;

import java.util.List;

/** One part of what every backend promises, as checks that need nothing but a {@link Subject}. */
public interface Contract {
    /** Returns the name people see, such as {@code op}: dashed lower case. */
    String name();

    /** Returns the checks, in the order to run them; their names differ. */
    List<Check> checks();
}
