package dev.trilobit.conformance.contract;

import java.util.Map;

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

    /**
     * Returns what its arithmetic may cost with given backend options, such as a form of the cache;
     * the same as without unless overridden.
     */
    default Budget budget(Map<String, String> backendOptions) {
        return budget();
    }

    /** Returns what it refuses by design; nothing unless overridden. */
    default Refusals refusals() {
        return Refusals.NONE;
    }
}
