import org.jspecify.annotations.NullMarked;

/**
 * The conformance suite: a float64 oracle ({@code oracle}) that knows no backend, measures of
 * agreement ({@code metric}), programs and weights made for trying ({@code fixture}), what a
 * contract is and how it is tried ({@code contract}), the contracts themselves ({@code op}, {@code
 * behavior}, {@code model}), and JUnit classes to extend ({@code junit}).
 */
@NullMarked
module dev.trilobit.conformance {
    requires transitive dev.trilobit.api;
    requires static transitive org.jspecify;
    // Only the package junit: whoever extends it has JUnit anyway, and others need none.
    requires static org.junit.jupiter.api;

    exports dev.trilobit.conformance;
    exports dev.trilobit.conformance.behavior;
    exports dev.trilobit.conformance.contract;
    exports dev.trilobit.conformance.fixture;
    exports dev.trilobit.conformance.junit;
    exports dev.trilobit.conformance.metric;
    exports dev.trilobit.conformance.model;
    exports dev.trilobit.conformance.op;
    exports dev.trilobit.conformance.oracle;

    // JUnit calls what subclasses inherit, which is not public.
    opens dev.trilobit.conformance.junit;

    uses dev.trilobit.api.backend.BackendProvider;
    uses dev.trilobit.conformance.contract.Declaration;
}
