package dev.trilobit.conformance.contract;

/**
 * What the author of a backend declares about it: found by {@link java.util.ServiceLoader}, so that
 * everybody who tries the backend holds it to the same. It lies in a jar beside the backend's own,
 * which need not know the conformance suite. A backend without one computes in f32 and refuses
 * nothing.
 */
public interface Declaration {
    /** Returns the id of the backend's provider. */
    String backendId();

    /** Returns what its arithmetic may cost, with the reason. */
    Budget budget();

    /** Returns what it refuses by design; nothing unless overridden. */
    default Refusals refusals() {
        return Refusals.NONE;
    }
}
