package dev.trilobit.cli.bench.measure;

import dev.trilobit.cli.io.UsageException;
import dev.trilobit.cli.option.BackendArguments;
import dev.trilobit.model.ModelOptions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that say on what is measured. */
public final class BenchEngine {
    @Option(
            names = "--backend",
            paramLabel = "ID[,ID...]",
            description = {
                "Backends to try, in order, or auto for the best one here; see 'trilobit backends'."
                        + " A backend named here is used or the command fails."
            })
    private @Nullable String backend;

    @Option(
            names = {"-t", "--threads"},
            paramLabel = "N[,N...]",
            description = "Threads of the backend. Default: as many as it finds useful")
    private @Nullable String threads;

    @Option(
            names = "--backend-option",
            paramLabel = "NAME=VALUE",
            description = "Any option of the backend, as embedders give it. Repeatable")
    private Map<String, String> options = new LinkedHashMap<>();

    /**
     * Returns the numbers of threads; 0 lets the backend choose.
     *
     * @throws UsageException if one is below 1
     */
    public List<Integer> threads() {
        return threads == null ? List.of(0) : CountList.parse("--threads", threads, 1);
    }

    /**
     * Returns options for one number of threads.
     *
     * @param kvType how keys and values are kept; null to let the backend choose
     * @throws UsageException if a value is wrong
     */
    public ModelOptions modelOptions(int count, @Nullable String kvType) {
        Map<String, String> all = new LinkedHashMap<>(options);
        Integer threads = count > 0 ? count : null;
        BackendArguments.backendOptions(threads, kvType)
                .forEach(
                        (name, value) -> {
                            if (all.put(name, value) != null) {
                                throw new UsageException(
                                        "--backend-option: give %s by %s alone"
                                                .formatted(name, ownOption(name)));
                            }
                        });
        return ModelOptions.defaults()
                .withBackend(BackendArguments.request(backend))
                .withBackendOptions(all);
    }

    private static String ownOption(String name) {
        return name.equals("threads") ? "--threads" : "--kv-type";
    }
}
