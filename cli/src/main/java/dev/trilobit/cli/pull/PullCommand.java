package dev.trilobit.cli.pull;

import dev.trilobit.cli.io.ExitCode;
import dev.trilobit.cli.io.Json;
import dev.trilobit.cli.io.ProgressBar;
import dev.trilobit.cli.io.StandardStreams;
import dev.trilobit.cli.io.UsageException;
import dev.trilobit.model.hub.CachedModels;
import dev.trilobit.model.hub.CachedModels.Lookup;
import dev.trilobit.model.hub.FileChoice;
import dev.trilobit.model.hub.HubClient;
import dev.trilobit.model.hub.HubEnvironment;
import dev.trilobit.model.hub.HubException;
import dev.trilobit.model.hub.HubFile;
import dev.trilobit.model.hub.HubListing;
import dev.trilobit.model.hub.HubPlace;
import dev.trilobit.model.hub.PullProgress;
import dev.trilobit.model.hub.PulledFiles;
import dev.trilobit.model.hub.TransferSettings;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Fetches a model from a hub into the shared cache. */
@Command(
        description = {
            "Fetches a model from a Hugging Face-compatible hub and prints where it is.",
            "Of a repository it takes the files that run best here and says why: packed ternary and"
                    + " 1-bit weights first, then 8 to 4 bits, then what is not quantized. A download"
                    + " that was stopped goes on where it ended. The files lie in the cache that"
                    + " other Hugging Face programs use, and --model OWNER/NAME finds them there."
        },
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  trilobit pull microsoft/bitnet-b1.58-2B-4T",
            "  trilobit run --model microsoft/bitnet-b1.58-2B-4T \"Hello\"",
            "  trilobit pull --list prism-ml/Ternary-Bonsai-4B-gguf   # what there is",
            "  trilobit pull prism-ml/Ternary-Bonsai-4B-gguf:Q2_0_g64 # not the best, but this",
            "  trilobit pull tiiuae/Falcon-E-3B-Base@bfloat16",
            "  trilobit chat --model tiiuae/Falcon-E-3B-Base@bfloat16",
            "",
            "Environment: HF_TOKEN (for private and gated models; else the file that hf auth",
            "login writes), HF_HOME or HF_HUB_CACHE (where the cache is), HF_ENDPOINT (the",
            "hub), HF_HUB_OFFLINE, https_proxy and no_proxy."
        })
public final class PullCommand implements Callable<Integer> {
    private final StandardStreams streams;

    @Parameters(
            paramLabel = "OWNER/NAME[@REVISION][:FILE]",
            description = {
                "Repository; FILE is a file, a folder or a GGUF type such as Q2_0.",
                "Default: what runs best here"
            })
    private String place = "";

    @Option(
            names = "--revision",
            paramLabel = "REVISION",
            description = "Branch, tag or commit. Default: main")
    private String revision = "";

    @Option(names = "--list", description = "List what there is and what would be taken")
    private boolean list;

    @Option(names = "--dry-run", description = "Say what would be fetched; fetch nothing")
    private boolean dryRun;

    @Option(
            names = "--endpoint",
            paramLabel = "URL",
            description = "Address of the hub. Default: HF_ENDPOINT, else https://huggingface.co")
    private String endpoint = "";

    @Option(names = "--json", description = "Print one JSON object")
    private boolean json;

    /** Makes the command for {@code streams}. */
    public PullCommand(StandardStreams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        HubPlace wanted = wanted();
        HubEnvironment process = HubEnvironment.ofProcess();
        HubEnvironment environment = endpoint.isEmpty() ? process : elsewhere(process);
        var models = CachedModels.of(environment);
        if (environment.offline() && !list) {
            offline(wanted, models);
            return ExitCode.OK;
        }
        Optional<Lookup.Found> known = list ? Optional.empty() : models.complete(wanted);
        if (known.isPresent()) {
            print(PullReport.ofCached(wanted, known.get()));
            return ExitCode.OK;
        }
        try (HubClient client = HubClient.open(environment, TransferSettings.defaults())) {
            return list ? list(client, wanted) : pull(client, wanted, models);
        }
    }

    private HubEnvironment elsewhere(HubEnvironment process) {
        try {
            return process.withEndpoint(endpoint);
        } catch (HubException e) {
            throw new UsageException("--endpoint: " + e.getMessage(), e);
        }
    }

    private HubPlace wanted() {
        HubPlace parsed;
        try {
            parsed = HubPlace.parse(place);
            if (revision.isEmpty()) {
                return parsed;
            }
            if (parsed.revision().isEmpty()) {
                return parsed.withRevision(revision);
            }
        } catch (IllegalArgumentException e) {
            throw new UsageException(e);
        }
        throw new UsageException(
                "--revision %s: '%s' names a revision already".formatted(revision, place));
    }

    private void offline(HubPlace wanted, CachedModels models) {
        switch (models.find(wanted)) {
            case Lookup.Found found -> print(PullReport.ofCached(wanted, found));
            case Lookup.Missing missing ->
                    throw new HubException(
                            "%s: HF_HUB_OFFLINE is set, and %s".formatted(wanted, missing.why()));
        }
    }

    private int list(HubClient client, HubPlace wanted) {
        HubListing listing = listing(client, wanted);
        FileList files;
        try {
            files = FileList.of(listing, choice(client, listing, wanted));
        } catch (HubException e) {
            files = FileList.withoutChoice(listing, String.valueOf(e.getMessage()));
        }
        if (json) {
            Json.print(streams, files.object());
        } else {
            files.print(streams);
        }
        return ExitCode.OK;
    }

    private int pull(HubClient client, HubPlace wanted, CachedModels models) {
        HubListing listing = listing(client, wanted);
        FileChoice choice = choice(client, listing, wanted);
        var report = new PullReport(wanted, listing, choice);
        List<HubFile> missing = models.missing(listing, choice.files());
        if (dryRun) {
            print(report.planned(missing));
            return ExitCode.OK;
        }
        if (!json) {
            streams.note(report.announcement());
        }
        long start = System.nanoTime();
        PulledFiles pulled = fetch(client, listing, choice.files());
        print(report.done(pulled, (System.nanoTime() - start) / 1e9));
        return ExitCode.OK;
    }

    private HubListing listing(HubClient client, HubPlace wanted) {
        return client.list(wanted.repository(), wanted.revisionOrDefault(), streams::note);
    }

    private FileChoice choice(HubClient client, HubListing listing, HubPlace wanted) {
        return FileChoice.of(
                listing.repository(),
                listing.files(),
                wanted.file(),
                file -> client.text(listing, file, streams::note));
    }

    private PulledFiles fetch(HubClient client, HubListing listing, List<HubFile> files) {
        try (var bar = ProgressBar.fetching(listing.repository().name(), streams)) {
            return client.pull(
                    listing,
                    files,
                    new PullProgress() {
                        @Override
                        public void report(long done, long total, String file) {
                            bar.report(done, total, ProgressBar.nameOf(file));
                        }

                        @Override
                        public void waiting(String reason) {
                            bar.clear();
                            streams.note(reason);
                        }
                    });
        }
    }

    private void print(PullReport.Outcome outcome) {
        if (json) {
            Json.print(streams, outcome.object());
        } else {
            outcome.print(streams);
        }
    }
}
