package dev.trilobit.model.hub;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Ranks what a repository holds. */
final class FileChooser {
    private static final Set<String> FOREIGN_ENDINGS =
            Set.of(
                    ".bin",
                    ".pt",
                    ".pth",
                    ".onnx",
                    ".h5",
                    ".msgpack",
                    ".npz",
                    ".ckpt",
                    ".llamafile");
    private static final int MOST_NAMED = 20;

    private final HubRepository repository;
    private final List<HubFile> files;
    private final List<Candidate> candidates;

    FileChooser(HubRepository repository, List<HubFile> files, FileChoice.TextReader texts) {
        this.repository = repository;
        this.files = files;
        candidates =
                Stream.concat(
                                FolderCandidates.find(files, texts).stream(),
                                GgufCandidates.find(files).stream())
                        .sorted(Comparator.comparingInt(Candidate::rank))
                        .toList();
    }

    FileChoice choose(String wanted) {
        if (wanted.isEmpty()) {
            return best(candidates)
                    .map(it -> choice(it, it.why()))
                    .orElseThrow(() -> new HubException(repository + ": " + nothing(candidates)));
        }
        Optional<HubFile> file = files.stream().filter(it -> it.path().equals(wanted)).findFirst();
        if (file.isPresent()) {
            return named(file.get());
        }
        String folder = wanted.replaceFirst("/+$", "");
        List<Candidate> within =
                candidates.stream().filter(it -> it.label().startsWith(folder + "/")).toList();
        return among(wanted, within.isEmpty() ? ofType(wanted) : within);
    }

    private List<Candidate> ofType(String type) {
        return candidates.stream()
                .filter(it -> GgufName.isGguf(it.label()))
                .filter(it -> GgufName.parse(it.files().getFirst().name()).hasWord(type))
                .toList();
    }

    private FileChoice among(String wanted, List<Candidate> found) {
        if (found.isEmpty()) {
            throw new HubException(
                    "%s: there is no file, folder or GGUF type '%s'; there are %s"
                            .formatted(repository, HubPath.printable(wanted), labels()));
        }
        return best(found)
                .map(it -> choice(it, "'%s' was asked for: %s".formatted(wanted, it.why())))
                .orElseThrow(() -> new HubException(repository + ": " + nothing(found)));
    }

    private FileChoice named(HubFile file) {
        Optional<Candidate> model =
                candidates.stream().filter(it -> it.has(file.path()) && isModel(file)).findFirst();
        if (model.isEmpty()) {
            return new FileChoice(
                    file.path(), List.of(file), "named, and no model by itself", List.of());
        }
        if (!model.get().runs()) {
            throw new HubException(
                    "%s: %s cannot be run here: %s"
                            .formatted(repository, file.path(), model.get().why()));
        }
        return choice(model.get(), "named: " + model.get().why());
    }

    private static boolean isModel(HubFile file) {
        return GgufName.isGguf(file.name()) || file.name().endsWith(".safetensors");
    }

    private static Optional<Candidate> best(List<Candidate> ranked) {
        return ranked.stream().filter(Candidate::runs).findFirst();
    }

    private FileChoice choice(Candidate chosen, String why) {
        var others = new ArrayList<OtherFile>();
        for (Candidate candidate : candidates) {
            if (!candidate.equals(chosen)) {
                others.add(new OtherFile(candidate.label(), candidate.runs(), candidate.why()));
            }
        }
        foreign().forEach(it -> others.add(new OtherFile(it.path(), false, "not read here")));
        Set<HubFile> members = Set.copyOf(chosen.files());
        List<HubFile> inOrder = files.stream().filter(members::contains).toList();
        return new FileChoice(chosen.entry(), inOrder, why, others);
    }

    private Stream<HubFile> foreign() {
        return files.stream()
                .filter(
                        file ->
                                FOREIGN_ENDINGS.stream()
                                        .anyMatch(file.name().toLowerCase(Locale.ROOT)::endsWith));
    }

    /** Says of each model why it cannot be run. */
    private String nothing(List<Candidate> refused) {
        List<String> reasons =
                Stream.concat(
                                refused.stream().map(it -> it.label() + ": " + it.why()),
                                foreign().map(it -> it.path() + ": not read here"))
                        .limit(MOST_NAMED)
                        .toList();
        return reasons.isEmpty()
                ? "there is no model in it that can be run here (GGUF, or safetensors with a config.json)"
                : "nothing of it can be run here: " + String.join("; ", reasons);
    }

    private String labels() {
        return candidates.isEmpty()
                ? "no models in it"
                : candidates.stream()
                        .map(Candidate::label)
                        .limit(MOST_NAMED)
                        .collect(Collectors.joining(", "));
    }
}
