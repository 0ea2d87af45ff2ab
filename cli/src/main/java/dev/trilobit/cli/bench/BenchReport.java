package dev.trilobit.cli.bench;

import dev.trilobit.cli.bench.measure.Provenance;
import dev.trilobit.cli.bench.measure.Samples;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything that was measured, for programs. The fields are described in docs/performance.md.
 *
 * @param where and when
 * @param subject what and where
 * @param runs one for each number of threads
 */
record BenchReport(Provenance where, BenchSubject subject, List<ThreadRun> runs) {
    BenchReport {
        runs = List.copyOf(runs);
    }

    /** Returns one JSON object. */
    Map<String, @Nullable Object> object() {
        Map<String, @Nullable Object> object = new LinkedHashMap<>(subjectFacts());
        object.put("device", subject.machine().device());
        object.put("where", where.facts());
        object.put("linear_multiplications_per_token", subject.work().layers());
        object.put("head_multiplications_per_row", subject.work().head());
        object.put("runs", runs.stream().map(BenchReport::runObject).toList());
        return object;
    }

    /** Returns one flat row for each result, with the same keys in the same order. */
    List<Map<String, @Nullable Object>> rows() {
        var rows = new ArrayList<Map<String, @Nullable Object>>();
        for (ThreadRun run : runs) {
            for (TestResult result : run.results()) {
                Map<String, @Nullable Object> row = new LinkedHashMap<>(subjectFacts());
                row.putAll(runFacts(run));
                row.put("logits", run.check().text());
                row.putAll(resultFacts(run, result));
                row.putAll(where.facts());
                rows.add(row);
            }
        }
        return rows;
    }

    private Map<String, Object> subjectFacts() {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("model", subject.model());
        facts.put("architecture", subject.summary().architecture());
        facts.put("parameters", subject.summary().parameters());
        facts.put("weight_bytes", subject.summary().weightBytes());
        facts.put("activations", subject.activationText());
        facts.put("backend", subject.machine().backend());
        return facts;
    }

    private static Map<String, Object> runObject(ThreadRun run) {
        Map<String, Object> object = new LinkedHashMap<>(runFacts(run));
        object.put("read_samples", run.read().values());
        object.put("logits", run.check().text());
        object.put("logits_compared", run.check().rows());
        object.put("logits_differing_positions", run.check().differing());
        object.put(
                "results",
                run.results().stream().map(result -> resultObject(run, result)).toList());
        return object;
    }

    private static Map<String, Object> runFacts(ThreadRun run) {
        ThreadRun.Compiled program = run.program();
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("threads", run.threads());
        facts.put("compile_seconds", program.seconds());
        facts.put("repacked_bytes", program.repackedBytes());
        facts.put("cache_type", program.traffic().cacheType());
        facts.put("context_tokens", program.contextTokens());
        facts.put("cache_bytes", program.cacheBytes());
        facts.put("memory_bytes", program.memory().bytes());
        facts.put("memory_kind", program.memory().kind());
        facts.put("batch_tokens", program.batchTokens());
        facts.put("memory_bound_bytes", program.memoryBoundBytes());
        facts.put("exact_verify", program.exactVerify());
        facts.put("weight_bytes_per_token", program.traffic().weightBytes());
        facts.put("cache_bytes_per_position", program.traffic().cacheBytesPerPosition());
        facts.put("read_bytes_per_second", run.read().median());
        return facts;
    }

    private static Map<String, @Nullable Object> resultObject(ThreadRun run, TestResult result) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>(resultFacts(run, result));
        object.put("seconds_samples", result.seconds().values());
        return object;
    }

    private static Map<String, @Nullable Object> resultFacts(ThreadRun run, TestResult result) {
        TokenTest test = result.test();
        Samples pace = result.tokensPerSecond();
        Map<String, @Nullable Object> facts = new LinkedHashMap<>();
        facts.put("test", test.label());
        facts.put("kind", test.kind().name().toLowerCase(Locale.ROOT));
        facts.put("tokens", test.tokens());
        facts.put("depth", test.depth());
        facts.put("repetitions", result.laps().size());
        facts.put("tokens_per_second", pace.median());
        facts.put("tokens_per_second_min", pace.least());
        facts.put("tokens_per_second_max", pace.most());
        facts.put("bytes_per_step", Math.round(run.bytesPerStep(test)));
        facts.put("bytes_per_second", run.bytesPerSecond(result).median());
        facts.put("share_of_read", run.shareOfRead(result));
        facts.put("cost_in_single_steps", run.cost(result).orElse(null));
        facts.put("allocated_bytes_per_token", result.allocatedBytesPerToken());
        facts.put("allocated_bytes_per_token_max", result.mostAllocatedBytesPerToken());
        return facts;
    }
}
