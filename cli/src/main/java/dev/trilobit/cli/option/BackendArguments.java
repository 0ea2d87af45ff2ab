package dev.trilobit.cli.option;

import dev.trilobit.api.backend.BackendRequest;
import dev.trilobit.cli.io.UsageException;
import dev.trilobit.model.ModelOptions;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that say on what a model runs. */
public final class BackendArguments {
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
            names = "--kv-type",
            paramLabel = "TYPE",
            description =
                    "How cpu-vector keeps keys and values: f32, f16 or int8. Less is faster in long"
                            + " contexts and a little off. Default: f32")
    private @Nullable String kvType;

    /** Tells whether one of them was given. */
    boolean given() {
        return backend != null || threads != null || kvType != null;
    }

    /**
     * Returns what they ask for, with nothing said of the context.
     *
     * @throws UsageException if a value is wrong
     */
    public ModelOptions modelOptions() {
        return modelOptions(request(backend), threads, kvType);
    }

    /**
     * Returns options for a backend.
     *
     * @param threads null to let the backend choose
     * @param kvType how keys and values are kept; null to let the backend choose
     * @throws UsageException if there are no threads
     */
    public static ModelOptions modelOptions(
            BackendRequest request, @Nullable Integer threads, @Nullable String kvType) {
        return ModelOptions.defaults()
                .withBackend(request)
                .withBackendOptions(backendOptions(threads, kvType));
    }

    /**
     * Returns options by the names that backends know.
     *
     * @param threads null to let the backend choose
     * @param kvType null to let the backend choose
     * @throws UsageException if there are no threads
     */
    public static Map<String, String> backendOptions(
            @Nullable Integer threads, @Nullable String kvType) {
        Map<String, String> options = new LinkedHashMap<>();
        if (threads != null) {
            options.put("threads", String.valueOf(Positive.require("--threads", threads)));
        }
        if (kvType != null) {
            options.put("kv", kvType);
        }
        return options;
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
}
