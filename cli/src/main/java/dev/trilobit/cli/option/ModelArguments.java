package dev.trilobit.cli.option;

import dev.trilobit.api.backend.BackendRequest;
import dev.trilobit.cli.io.UsageException;
import dev.trilobit.model.ModelOptions;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that say which model runs where. */
public final class ModelArguments {
    @Option(
            names = {"-m", "--model"},
            paramLabel = "PLACE",
            description = {
                "Folder of a model, embedded:bitnet or embedded:binary.",
                "Default: embedded:bitnet"
            })
    private String model = "embedded:bitnet";

    @Option(
            names = "--backend",
            paramLabel = "ID[,ID...]",
            description = {
                "Backends to try, in order, or auto for the best one here; see 'trilobit backends'."
                        + " A backend named here is used or the command fails."
            })
    private @Nullable String backend;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads of the backend. Default: as many as it finds useful")
    private @Nullable Integer threads;

    @Option(
            names = "--context",
            paramLabel = "TOKENS",
            description = {
                "Most tokens of prompt and answer together.",
                "Default: what the model was made for, up to " + ModelOptions.DEFAULT_CONTEXT_LIMIT
            })
    private @Nullable Integer context;

    /** Returns where the model is: {@code embedded:name} or a path. */
    public String model() {
        return model;
    }

    /**
     * Returns how to open it.
     *
     * @throws UsageException if a value is wrong
     */
    public ModelOptions modelOptions() {
        ModelOptions options = ModelOptions.defaults().withBackend(request(backend));
        if (threads != null) {
            options =
                    options.withBackendOptions(
                            Map.of("threads", String.valueOf(positive("--threads", threads))));
        }
        return context == null
                ? options
                : options.withMaxContextTokens(positive("--context", context));
    }

    /**
     * Reads the value of a {@code --backend} option.
     *
     * @param ids null if the option was not given: property and environment decide
     * @throws UsageException if it is malformed
     */
    public static BackendRequest request(@Nullable String ids) {
        try {
            return ids == null ? BackendRequest.unspecified() : BackendRequest.ofOption(ids);
        } catch (IllegalArgumentException e) {
            throw new UsageException(e);
        }
    }

    private static int positive(String option, int value) {
        if (value < 1) {
            throw new UsageException(
                    "%s: expected a number from 1, got %d".formatted(option, value));
        }
        return value;
    }
}
