package dev.trilobit.cli.pull;

import dev.trilobit.cli.io.ByteCount;
import dev.trilobit.cli.io.StandardStreams;
import dev.trilobit.model.hub.CachedModels.Lookup;
import dev.trilobit.model.hub.FileChoice;
import dev.trilobit.model.hub.HubFile;
import dev.trilobit.model.hub.HubListing;
import dev.trilobit.model.hub.HubPlace;
import dev.trilobit.model.hub.OtherFile;
import dev.trilobit.model.hub.PulledFiles;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a pull says.
 *
 * @param wanted as it was written
 */
record PullReport(HubPlace wanted, HubListing listing, FileChoice choice) {
    /**
     * What is said at the end.
     *
     * @param object for programs
     * @param out lines for standard output
     * @param note a line for people
     */
    record Outcome(Map<String, Object> object, List<String> out, String note) {
        void print(StandardStreams streams) {
            out.forEach(streams.out()::println);
            streams.out().flush();
            streams.note(note);
        }
    }

    /** Returns what is to come, one line. */
    String announcement() {
        return "%s: taking %s: %s".formatted(wanted, count(choice.files()), choice.why());
    }

    /** Says what was fetched. */
    Outcome done(PulledFiles pulled, double seconds) {
        long bytes = bytes(pulled.fetched());
        Path path =
                choice.entry().isEmpty()
                        ? pulled.snapshot()
                        : pulled.snapshot().resolve(choice.entry());
        Map<String, Object> object = object();
        object.put("path", path.toString());
        object.put("files", files(pulled.files(), pulled.fetched(), "fetched"));
        object.put("bytes", pulled.bytes());
        object.put("fetched_bytes", bytes);
        object.put("seconds", seconds);
        String fetched =
                pulled.fetched().isEmpty()
                        ? "all of it was there"
                        : "fetched %s in %.1f s (%s/s)"
                                .formatted(
                                        count(pulled.fetched()),
                                        seconds,
                                        ByteCount.text((long) (bytes / Math.max(seconds, 1e-3))));
        return new Outcome(object, List.of(path.toString()), fetched + hint());
    }

    /** Says what would be fetched. */
    Outcome planned(List<HubFile> missing) {
        Map<String, Object> object = object();
        object.put("files", files(choice.files(), missing, "to_fetch"));
        object.put("bytes", choice.bytes());
        object.put("bytes_to_fetch", bytes(missing));
        List<String> lines =
                choice.files().stream()
                        .map(
                                file ->
                                        "%-8s %12s  %s"
                                                .formatted(
                                                        missing.contains(file)
                                                                ? "to fetch"
                                                                : "there",
                                                        FileList.size(file),
                                                        file.path()))
                        .toList();
        String note = "%s; %s would be fetched".formatted(announcement(), count(missing));
        return new Outcome(object, lines, note);
    }

    /** Says where a model is that was there. */
    static Outcome ofCached(HubPlace wanted, Lookup.Found found) {
        var report = new PullReport(wanted, found.listing(), found.choice());
        Map<String, Object> object = report.object();
        object.put("path", found.path().toString());
        object.put("files", files(found.choice().files(), List.of(), "fetched"));
        object.put("bytes", found.choice().bytes());
        object.put("fetched_bytes", 0);
        return new Outcome(
                object,
                List.of(found.path().toString()),
                "all of it was there (%s)".formatted(found.choice().why()) + report.hint());
    }

    /** A file that is no model is not for running. */
    private String hint() {
        boolean model = choice.files().size() > 1 || choice.entry().endsWith(".gguf");
        return model ? "; try: trilobit run --model %s \"Hello\"".formatted(wanted) : "";
    }

    private Map<String, Object> object() {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("repository", listing.repository().toString());
        object.put("revision", listing.revision());
        object.put("commit", listing.commit());
        object.put("reason", choice.why());
        object.put("entry", choice.entry());
        object.put("others", others(choice.others()));
        return object;
    }

    private static List<Map<String, Object>> files(
            List<HubFile> files, List<HubFile> marked, String mark) {
        return files.stream()
                .map(
                        file -> {
                            Map<String, Object> entry = FileList.entry(file);
                            entry.put(mark, marked.contains(file));
                            return entry;
                        })
                .toList();
    }

    static List<Map<String, Object>> others(List<OtherFile> files) {
        return files.stream()
                .map(
                        file -> {
                            Map<String, Object> entry = new LinkedHashMap<>();
                            entry.put("path", file.path());
                            entry.put("runs", file.runs());
                            entry.put("reason", file.why());
                            return entry;
                        })
                .toList();
    }

    /** Of those whose size is known. */
    private static long bytes(List<HubFile> files) {
        return files.stream().mapToLong(file -> Math.max(file.size(), 0)).sum();
    }

    /** Not every mirror lists sizes. */
    private static String count(List<HubFile> files) {
        String number = files.size() == 1 ? "1 file" : files.size() + " files";
        long unknown = files.stream().filter(file -> file.size() < 0).count();
        String size = ByteCount.text(bytes(files));
        if (unknown == 0) {
            return "%s, %s".formatted(number, size);
        }
        return unknown == files.size()
                ? number + " of unknown size"
                : "%s, %s and %d of unknown size".formatted(number, size, unknown);
    }
}
