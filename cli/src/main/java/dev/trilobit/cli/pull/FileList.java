package dev.trilobit.cli.pull;

import dev.trilobit.cli.io.ByteCount;
import dev.trilobit.cli.io.StandardStreams;
import dev.trilobit.model.hub.FileChoice;
import dev.trilobit.model.hub.HubFile;
import dev.trilobit.model.hub.HubListing;
import dev.trilobit.model.hub.OtherFile;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The files of a repository, those marked that would be taken.
 *
 * @param chosen empty if nothing can be run
 * @param others model files that were not chosen, with the reasons
 * @param why of the choice, or of there being none
 */
record FileList(HubListing listing, List<HubFile> chosen, List<OtherFile> others, String why) {
    static FileList of(HubListing listing, FileChoice choice) {
        return new FileList(listing, choice.files(), choice.others(), choice.why());
    }

    static FileList withoutChoice(HubListing listing, String why) {
        return new FileList(listing, List.of(), List.of(), why);
    }

    void print(StandardStreams streams) {
        Map<String, OtherFile> reasons =
                others.stream().collect(Collectors.toMap(OtherFile::path, it -> it, (a, _) -> a));
        for (HubFile file : listing.files()) {
            String remark = "";
            if (reasons.containsKey(file.path())) {
                OtherFile other = reasons.get(file.path());
                remark = "   (%s%s)".formatted(other.runs() ? "" : "does not run: ", other.why());
            }
            streams.line(
                    "%s %12s  %s%s"
                            .formatted(
                                    chosen.contains(file) ? "*" : " ",
                                    size(file),
                                    file.path(),
                                    remark));
        }
        streams.out().flush();
        streams.note(chosen.isEmpty() ? why : "* is what pull takes: " + why);
    }

    Map<String, Object> object() {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("repository", listing.repository().toString());
        object.put("revision", listing.revision());
        object.put("commit", listing.commit());
        object.put("reason", why);
        object.put(
                "files",
                listing.files().stream()
                        .map(
                                file -> {
                                    Map<String, Object> entry = entry(file);
                                    entry.put("chosen", chosen.contains(file));
                                    return entry;
                                })
                        .toList());
        object.put("others", PullReport.others(others));
        return object;
    }

    /** Returns what programs read of a file. */
    static Map<String, Object> entry(HubFile file) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("path", file.path());
        entry.put("size", file.size());
        if (!file.sha256().isEmpty()) {
            entry.put("sha256", file.sha256());
        }
        return entry;
    }

    /** Returns the size for people. */
    static String size(HubFile file) {
        return file.size() < 0 ? "?" : ByteCount.text(file.size());
    }
}
