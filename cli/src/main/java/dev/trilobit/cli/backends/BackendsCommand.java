package dev.trilobit.cli.backends;

import dev.trilobit.api.backend.Availability;
import dev.trilobit.api.backend.Availability.Available;
import dev.trilobit.api.backend.Availability.Unavailable;
import dev.trilobit.api.backend.BackendRequest;
import dev.trilobit.api.backend.Backends;
import dev.trilobit.api.backend.SelectionReport;
import dev.trilobit.api.backend.SelectionReport.Candidate;
import dev.trilobit.cli.io.ExitCode;
import dev.trilobit.cli.io.Json;
import dev.trilobit.cli.io.StandardStreams;
import dev.trilobit.cli.io.UsageException;
import dev.trilobit.cli.option.BackendArguments;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Tells what could run a model here, and why the rest could not. */
@Command(
        description = {
            "Lists every backend that is installed: whether it runs on this machine, why or why"
                    + " not, and in which order they would be tried."
        },
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  trilobit backends",
            "  trilobit backends --backend cpu-vector   # what this choice would do",
            "  trilobit backends --json"
        })
public final class BackendsCommand implements Callable<Integer> {
    private final StandardStreams streams;

    @Option(
            names = "--backend",
            paramLabel = "ID[,ID...]",
            description = "Report on this choice; default: TRILOBIT_BACKEND, else auto")
    private @Nullable String backend;

    @Option(names = "--json", description = "Print one JSON object")
    private boolean json;

    /** Makes the command for {@code streams}. */
    public BackendsCommand(StandardStreams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        BackendRequest request = BackendArguments.request(backend);
        requireInstalled(request);
        SelectionReport report = Backends.report(request);
        if (json) {
            Json.print(streams, object(report));
        } else {
            print(report);
        }
        return ExitCode.OK;
    }

    private static void requireInstalled(BackendRequest request) {
        List<String> installed =
                Backends.report(BackendRequest.auto()).candidates().stream()
                        .map(Candidate::id)
                        .toList();
        List<String> unknown =
                request.ids().stream().filter(id -> !installed.contains(id)).toList();
        if (!unknown.isEmpty()) {
            throw new UsageException(
                    "--backend: unknown backend %s; known here: %s"
                            .formatted(String.join(", ", unknown), String.join(", ", installed)));
        }
    }

    private void print(SelectionReport report) {
        streams.out().println("asked for: " + report.request());
        for (Candidate candidate : report.candidates()) {
            String state =
                    switch (candidate.availability()) {
                        case Available(String device, int score) ->
                                "available: %s, score %d; %s"
                                        .formatted(device, score, candidate.verdict());
                        case Unavailable(String reason) -> "not available: " + reason;
                    };
            streams.out().println("%-12s %s".formatted(candidate.id(), state));
        }
        if (report.candidates().isEmpty()) {
            streams.out().println("no backend is installed");
        }
    }

    private static Map<String, Object> object(SelectionReport report) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("request", report.request().isAuto() ? "auto" : report.request().ids());
        object.put("origin", report.request().origin().label());
        object.put(
                "candidates", report.candidates().stream().map(BackendsCommand::object).toList());
        return object;
    }

    private static Map<String, Object> object(Candidate candidate) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("id", candidate.id());
        Availability availability = candidate.availability();
        object.put("available", availability instanceof Available);
        switch (availability) {
            case Available(String device, int score) -> {
                object.put("device", device);
                object.put("score", score);
            }
            case Unavailable(String reason) -> object.put("reason", reason);
        }
        object.put("verdict", candidate.verdict());
        return object;
    }
}
