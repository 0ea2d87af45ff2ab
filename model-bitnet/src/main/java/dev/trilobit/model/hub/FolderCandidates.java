package dev.trilobit.model.hub;

import dev.trilobit.model.file.CompanionNames;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Finds folders of safetensors with all that a model needs. */
final class FolderCandidates {
    private static final String CONFIG = "config.json";
    private static final String SINGLE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";
    private static final Pattern SHARD =
            Pattern.compile("model-(\\d{5})-of-(\\d{5})\\.safetensors");

    private FolderCandidates() {}

    private static boolean isBesideWeights(String name) {
        return name.equals(CONFIG) || name.equals(INDEX) || CompanionNames.TEXT.contains(name);
    }

    static List<Candidate> find(List<HubFile> files, FileChoice.TextReader texts) {
        Map<String, Map<String, HubFile>> folders = new TreeMap<>();
        for (HubFile file : files) {
            folders.computeIfAbsent(file.folder(), _ -> new TreeMap<>()).put(file.name(), file);
        }
        var candidates = new ArrayList<Candidate>();
        folders.forEach(
                (folder, names) -> {
                    List<HubFile> weights =
                            names.values().stream()
                                    .filter(file -> file.name().endsWith(".safetensors"))
                                    .toList();
                    if (!weights.isEmpty()) {
                        candidates.add(candidate(folder, names, weights, texts));
                    }
                });
        return candidates;
    }

    private static Candidate candidate(
            String folder,
            Map<String, HubFile> names,
            List<HubFile> found,
            FileChoice.TextReader texts) {
        String entry = folder.isEmpty() ? "" : folder.substring(0, folder.length() - 1);
        List<String> problems = new ArrayList<>();
        List<HubFile> weights = weights(names, problems);
        if (!names.containsKey(CONFIG)) {
            problems.add("there is no config.json beside it");
        }
        if (!names.containsKey("tokenizer.json") && !names.containsKey("tokenizer.model")) {
            problems.add("there is no tokenizer.json beside it");
        }
        if (!problems.isEmpty()) {
            String why = String.join(", ", problems);
            return new Candidate(entry, found, FileChoice.REFUSED, why);
        }
        FolderConfig config = FolderConfig.read(texts.read(of(names, CONFIG)));
        if (config.isRefused()) {
            return new Candidate(entry, found, FileChoice.REFUSED, config.why());
        }
        var all = new ArrayList<>(weights);
        names.values().stream().filter(file -> isBesideWeights(file.name())).forEach(all::add);
        return new Candidate(entry, all, config.rank(), config.why());
    }

    private static HubFile of(Map<String, HubFile> names, String name) {
        return names.entrySet().stream()
                .filter(entry -> entry.getKey().equals(name))
                .findFirst()
                .orElseThrow()
                .getValue();
    }

    /** A single file goes before shards, as when a folder is opened. */
    private static List<HubFile> weights(Map<String, HubFile> names, List<String> problems) {
        if (names.containsKey(SINGLE)) {
            return List.of(of(names, SINGLE));
        }
        List<HubFile> shards =
                names.values().stream()
                        .filter(file -> SHARD.matcher(file.name()).matches())
                        .toList();
        if (shards.isEmpty()) {
            problems.add("only %s and its shards are read".formatted(SINGLE));
            return List.of();
        }
        if (!names.containsKey(INDEX)) {
            problems.add("there is no %s beside it".formatted(INDEX));
        }
        Matcher last = SHARD.matcher(shards.getLast().name());
        int count = last.matches() ? Integer.parseInt(last.group(2)) : 0;
        Set<String> there = shards.stream().map(HubFile::name).collect(Collectors.toSet());
        List<String> missing =
                IntStream.rangeClosed(1, count)
                        .mapToObj(i -> "model-%05d-of-%05d.safetensors".formatted(i, count))
                        .filter(name -> !there.contains(name))
                        .toList();
        if (!missing.isEmpty()) {
            problems.add("%d of %d shards are missing".formatted(missing.size(), count));
        }
        return shards;
    }
}
