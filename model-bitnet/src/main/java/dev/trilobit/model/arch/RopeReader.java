package dev.trilobit.model.arch;

import dev.trilobit.api.program.RopeScaling;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Reads the rotary embedding: {@code rope_theta} and {@code rope_scaling} of transformers 4, or the
 * one object {@code rope_parameters} of transformers 5, which goes first. Source: transformers
 * {@code modeling_rope_utils.py}.
 */
final class RopeReader {
    private static final String SUPPORTED = "default, linear, llama3 or yarn";

    private final ConfigObject config;
    private final Optional<ConfigObject> parameters;
    private final int context;

    /**
     * Prepares to read.
     *
     * @param context {@code max_position_embeddings}
     */
    RopeReader(ConfigObject config, int context) {
        this.config = config;
        this.parameters = config.object("rope_parameters");
        this.context = context;
        refusePartial(config);
        parameters.ifPresent(RopeReader::refusePartial);
        parameters.ifPresent(RopeReader::requireFlat);
    }

    /** Models with several kinds of layers have an object for each kind. */
    private static void requireFlat(ConfigObject object) {
        List<String> kinds = object.nestedKeys().stream().filter(object::isObject).toList();
        kinds.forEach(kind -> object.problem(kind, "expected a number or a string, got an object"));
        boolean known = Stream.of("rope_type", "type", "rope_theta").anyMatch(object::has);
        if (kinds.isEmpty() && !known && !object.isEmpty()) {
            object.problem("rope_type", "expected this key or rope_theta, got neither");
        }
    }

    private static void refusePartial(ConfigObject object) {
        double factor = object.number("partial_rotary_factor", 1);
        if (factor != 1) {
            object.problem("partial_rotary_factor", "expected 1, got " + factor);
        }
    }

    /** Returns the base of the frequencies. */
    double theta(double absent) {
        double outer = config.number("rope_theta", absent);
        return parameters.map(object -> object.number("rope_theta", outer)).orElse(outer);
    }

    /** Returns the stretch of the frequencies. */
    RopeScaling scaling() {
        if (parameters.isPresent()) {
            return scaling(parameters.get(), "default");
        }
        return config.object("rope_scaling")
                .map(object -> scaling(object, ""))
                .orElse(new RopeScaling.None());
    }

    private RopeScaling scaling(ConfigObject object, String absentType) {
        String key = object.has("rope_type") ? "rope_type" : "type";
        String type = object.text(key, absentType);
        try {
            return switch (type) {
                case "default" -> new RopeScaling.None();
                case "linear" -> new RopeScaling.Linear(object.number("factor"));
                case "llama3" ->
                        new RopeScaling.Llama3(
                                object.number("factor"),
                                object.number("low_freq_factor"),
                                object.number("high_freq_factor"),
                                object.count("original_max_position_embeddings"));
                case "yarn" -> yarn(object);
                default -> {
                    object.problem(
                            "rope_type",
                            "expected %s, got %s"
                                    .formatted(SUPPORTED, type.isEmpty() ? "none" : type));
                    yield new RopeScaling.None();
                }
            };
        } catch (IllegalArgumentException e) {
            object.problem("rope_type", String.valueOf(e.getMessage()));
            return new RopeScaling.None();
        }
    }

    private RopeScaling yarn(ConfigObject object) {
        if (!object.flag("truncate", true)) {
            object.problem("truncate", "yarn without truncation is not supported");
        }
        double factor = object.number("factor");
        return new RopeScaling.Yarn(
                factor,
                object.count("original_max_position_embeddings", context),
                object.number("beta_fast", 32),
                object.number("beta_slow", 1),
                object.number("attention_factor", attentionFactor(object, factor)));
    }

    private static double attentionFactor(ConfigObject object, double factor) {
        double mscale = object.number("mscale", 0);
        double all = object.number("mscale_all_dim", 0);
        if (mscale == 0 || all == 0 || factor <= 1) {
            return RopeScaling.Yarn.defaultAttentionFactor(factor);
        }
        return (0.1 * mscale * Math.log(factor) + 1) / (0.1 * all * Math.log(factor) + 1);
    }
}
