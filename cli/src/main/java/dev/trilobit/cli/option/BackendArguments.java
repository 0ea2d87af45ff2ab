package dev.trilobit.cli.option;

import dev.trilobit.api.backend.BackendRequest;
import dev.trilobit.cli.io.UsageException;
import dev.trilobit.model.ModelOptions;
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

    /** Tells whether one of them was given. */
    boolean given() {
        return backend != null || threads != null;
    }

    /**
     * Returns what they ask for, with nothing said of the context.
     *
     * @throws UsageException if a value is wrong
     */
    public ModelOptions modelOptions() {
        return modelOptions(request(backend), threads);
    }

    /**
     * Returns options for a backend.
     *
     * @param threads null to let the backend choose
     * @throws UsageException if there are no threads
     */
    public static ModelOptions modelOptions(BackendRequest request, @Nullable Integer threads) {
        ModelOptions options = ModelOptions.defaults().withBackend(request);
        return threads == null
                ? options
                : options.withBackendOptions(
                        Map.of("threads", String.valueOf(Positive.require("--threads", threads))));
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
