package dev.trilobit.api.backend;

import java.util.List;
import java.util.Optional;

/**
 * What was found and what was chosen.
 *
 * @param request what was asked for, resolved
 * @param chosen id of the backend in use; empty when none was opened
 * @param candidates every provider found, and every id asked for that was not found
 */
public record SelectionReport(
        BackendRequest request, Optional<String> chosen, List<Candidate> candidates) {
    public SelectionReport {
        candidates = List.copyOf(candidates);
    }

    /**
     * One provider.
     *
     * @param id backend id; the class name, or a placeholder in parentheses, of a provider that
     *     could not be loaded or is a second one with the same id
     * @param availability what its probe said
     * @param verdict why it was chosen or not, one sentence
     */
    public record Candidate(String id, Availability availability, String verdict) {}
}
