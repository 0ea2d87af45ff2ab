package dev.trilobit.conformance.contract;

import dev.trilobit.conformance.metric.Agreement;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a check found.
 *
 * @param contract name of the contract
 * @param check name of the check
 * @param verdict how it ended
 * @param findings what is wrong, or why it was refused; empty if it passed
 * @param measurements figures, in the order they were taken
 * @param agreements logits against the oracle by path ({@code prefill}, {@code decode}); empty for
 *     most checks
 * @param millis how long it took
 */
public record CheckResult(
        String contract,
        String check,
        Verdict verdict,
        List<String> findings,
        List<Measurement> measurements,
        Map<String, Agreement> agreements,
        long millis) {
    public CheckResult {
        findings = List.copyOf(findings);
        measurements = List.copyOf(measurements);
        // Map.copyOf would put the paths into another order in each run.
        agreements = Collections.unmodifiableMap(new LinkedHashMap<>(agreements));
    }
}
