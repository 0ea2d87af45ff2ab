package dev.trilobit.model.hub;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Finds GGUF models: files, or all the parts of a split one. */
final class GgufCandidates {
    private GgufCandidates() {}

    static List<Candidate> find(List<HubFile> files) {
        Map<String, List<HubFile>> models = new LinkedHashMap<>();
        for (HubFile file : files) {
            if (GgufName.isGguf(file.name())) {
                GgufName name = GgufName.parse(file.name());
                String key = file.folder() + name.stem() + "/" + name.parts();
                models.computeIfAbsent(key, _ -> new ArrayList<>()).add(file);
            }
        }
        return models.values().stream().map(GgufCandidates::candidate).toList();
    }

    private static Candidate candidate(List<HubFile> found) {
        List<HubFile> files =
                found.stream()
                        .sorted(Comparator.comparingInt(file -> GgufName.parse(file.name()).part()))
                        .toList();
        GgufName name = GgufName.parse(files.getFirst().name());
        GgufName.Type type = name.type();
        String entry = files.getFirst().path();
        if (files.size() != name.parts()) {
            String why = "%d of its %d parts are there".formatted(files.size(), name.parts());
            return new Candidate(entry, files, FileChoice.REFUSED, why);
        }
        String why =
                type.name().isEmpty()
                        ? "GGUF, " + type.why()
                        : "GGUF of type %s, %s".formatted(type.name(), type.why());
        return new Candidate(
                entry,
                files,
                type.rank(),
                type.isRefused() ? type.name() + ": " + type.why() : why);
    }
}
