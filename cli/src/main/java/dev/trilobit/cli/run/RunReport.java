package dev.trilobit.cli.run;

import dev.trilobit.cli.io.ByteCount;
import dev.trilobit.cli.io.Json;
import dev.trilobit.cli.io.PeakMemory;
import dev.trilobit.cli.io.StandardStreams;
import dev.trilobit.model.GenerationResult;
import dev.trilobit.model.GenerationStats;
import dev.trilobit.model.LanguageModel;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * What a run ended with.
 *
 * @param model open
 * @param seed of the random numbers, given or drawn
 */
record RunReport(LanguageModel model, long seed, GenerationResult result, RunClock clock) {
    private PeakMemory memory() {
        return PeakMemory.now(model.info().deviceBytes());
    }

    private String backend() {
        return model.selection().chosen().orElse("unknown");
    }

    private String stopReason() {
        return result.reason().name().toLowerCase(Locale.ROOT);
    }

    /** Prints one line, or with {@code more} all there is to know. */
    void printFigures(StandardStreams streams, boolean more) {
        GenerationStats stats = result.stats();
        streams.note(summary(stats));
        if (!more) {
            return;
        }
        streams.note(
                String.format(
                        Locale.ROOT,
                        "prompt: %d tokens in %.3f s, %.1f tokens/s",
                        stats.promptTokens(),
                        seconds(stats.prefill()),
                        stats.promptTokensPerSecond()));
        streams.note(
                String.format(
                        Locale.ROOT,
                        "times: model open in %.3f s, first text after %.3f s, decoding %.3f s",
                        seconds(clock.load()),
                        seconds(clock.firstText()),
                        seconds(stats.decode())));
        streams.note(
                "model: %s, %s of weights; backend %s: %s"
                        .formatted(
                                model.info().label(),
                                ByteCount.text(model.info().weightBytes()),
                                backend(),
                                model.device().name()));
        streams.note("stopped: %s; seed %d".formatted(stopReason(), seed));
    }

    /** Prints one JSON object. */
    void printJson(StandardStreams streams) {
        PeakMemory memory = memory();
        GenerationStats stats = result.stats();
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("prompt_tokens", stats.promptTokens());
        figures.put("generated_tokens", stats.generatedTokens());
        figures.put("load_seconds", seconds(clock.load()));
        figures.put("first_text_seconds", seconds(clock.firstText()));
        figures.put("prefill_seconds", seconds(stats.prefill()));
        figures.put("decode_seconds", seconds(stats.decode()));
        figures.put("prompt_tokens_per_second", stats.promptTokensPerSecond());
        figures.put("tokens_per_second", stats.tokensPerSecond());
        figures.put("memory_bytes", memory.bytes());
        figures.put("memory_kind", memory.kind());
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("text", result.text());
        object.put("tokens", result.tokens());
        object.put("stop_reason", stopReason());
        object.put("model", model.info().label());
        object.put("backend", backend());
        object.put("seed", seed);
        object.put("stats", figures);
        Json.print(streams, object);
    }

    private String summary(GenerationStats stats) {
        int tokens = stats.generatedTokens();
        var line = new StringBuilder(tokens == 1 ? "1 token" : tokens + " tokens");
        if (clock.firstText().isPositive()) {
            line.append(format(", first after %.2f s", seconds(clock.firstText())));
        }
        if (tokens > 1) {
            line.append(format(", then %.1f tokens/s", stats.tokensPerSecond()));
        }
        return line.append(", ").append(memory()).toString();
    }

    private static String format(String pattern, double number) {
        return String.format(Locale.ROOT, pattern, number);
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }
}
