package dev.trilobit.cli.option;

import dev.trilobit.cli.io.UsageException;
import dev.trilobit.model.GenerationOptions;
import dev.trilobit.model.generate.Penalties;
import dev.trilobit.model.generate.SamplerSettings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that say how tokens are chosen and when to stop. */
public final class SamplingArguments {
    @Option(
            names = {"-n", "--max-tokens"},
            paramLabel = "N",
            description = "Most tokens to generate. Default: 256")
    private @Nullable Integer maxTokens;

    @Option(
            names = {"-t", "--temperature"},
            paramLabel = "T",
            description = "0 takes the likeliest token always, 1 follows the model. Default: 0.8")
    private @Nullable Double temperature;

    @Option(
            names = "--top-k",
            paramLabel = "K",
            description = "Choose among the K likeliest tokens; 0 is off. Default: 40")
    private @Nullable Integer topK;

    @Option(
            names = "--top-p",
            paramLabel = "P",
            description = {
                "Choose among the likeliest tokens that together have this probability; 1 is off.",
                "Default: 0.95"
            })
    private @Nullable Double topP;

    @Option(
            names = "--min-p",
            paramLabel = "P",
            description = {
                "Drop tokens less likely than this share of the likeliest; 0 is off.",
                "Default: 0.05"
            })
    private @Nullable Double minP;

    @Option(
            names = "--repetition-penalty",
            paramLabel = "X",
            description = "Make tokens of prompt and answer less likely; 1 is off. Default: 1")
    private @Nullable Double repetitionPenalty;

    @Option(
            names = "--frequency-penalty",
            paramLabel = "X",
            description = "-2 to 2, for each time a token was answered; 0 is off. Default: 0")
    private @Nullable Double frequencyPenalty;

    @Option(
            names = "--presence-penalty",
            paramLabel = "X",
            description = "-2 to 2, once for each token answered; 0 is off. Default: 0")
    private @Nullable Double presencePenalty;

    @Option(
            names = "--logit-bias",
            paramLabel = "ID=VALUE",
            description = "Add VALUE to the score of token ID (-Infinity forbids it). Repeatable")
    private List<String> logitBias = new ArrayList<>();

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "The same seed gives the same text again. Default: a random one")
    private @Nullable Long seed;

    @Option(
            names = "--stop",
            paramLabel = "TEXT",
            description = "Stop before this text. Repeatable")
    private List<String> stop = new ArrayList<>();

    /**
     * Returns what they mean. Without {@code --seed} each call draws another seed.
     *
     * @throws UsageException if values are wrong; the message has all that are
     */
    public GenerationOptions generationOptions() {
        var wrong = new ArrayList<String>();
        SamplerSettings sampling = SamplerSettings.defaults();
        GenerationOptions options = GenerationOptions.defaults();
        try {
            sampling = settings(wrong);
        } catch (IllegalArgumentException e) {
            wrong.add(e.getMessage());
        }
        try {
            options = options.withStopStrings(stop);
            options = maxTokens == null ? options : options.withMaxTokens(maxTokens);
        } catch (IllegalArgumentException e) {
            wrong.add(e.getMessage());
        }
        if (!wrong.isEmpty()) {
            throw new UsageException(String.join("; ", wrong));
        }
        return options.withSampling(sampling);
    }

    /**
     * Checks that a model knows the tokens of {@code --logit-bias}.
     *
     * @param vocabulary ids are below it
     * @throws UsageException if it does not; the message has all that are unknown
     */
    public static void requireKnown(GenerationOptions options, int vocabulary) {
        List<String> unknown =
                options.sampling().logitBias().keySet().stream()
                        .filter(token -> token >= vocabulary)
                        .sorted()
                        .map(String::valueOf)
                        .toList();
        if (!unknown.isEmpty()) {
            throw new UsageException(
                    "--logit-bias: there is no token %s; this model's ids are 0 to %d"
                            .formatted(String.join(", ", unknown), vocabulary - 1));
        }
    }

    private SamplerSettings settings(List<String> wrong) {
        SamplerSettings s = SamplerSettings.defaults();
        Map<Integer, Float> bias = parseLogitBias(wrong);
        var penalties =
                new Penalties(
                        or(repetitionPenalty, s.penalties().repetition()),
                        s.penalties().repetitionWindow(),
                        or(frequencyPenalty, s.penalties().frequency()),
                        or(presencePenalty, s.penalties().presence()));
        return new SamplerSettings(
                or(temperature, s.temperature()),
                or(topK, s.topK()),
                or(topP, s.topP()),
                or(minP, s.minP()),
                penalties,
                bias,
                seed == null ? RandomGenerator.getDefault().nextInt(Integer.MAX_VALUE) : seed);
    }

    private static <T> T or(@Nullable T value, T otherwise) {
        return value == null ? otherwise : value;
    }

    private Map<Integer, Float> parseLogitBias(List<String> wrong) {
        var bias = new LinkedHashMap<Integer, Float>();
        for (String entry : logitBias) {
            int equals = entry.indexOf('=');
            try {
                bias.put(
                        Integer.valueOf(entry.substring(0, Math.max(equals, 0))),
                        Float.valueOf(entry.substring(equals + 1)));
            } catch (NumberFormatException _) {
                wrong.add(
                        "--logit-bias: expected ID=VALUE such as 42=-1.5, got '%s'"
                                .formatted(entry));
            }
        }
        return bias;
    }
}
