package dev.trilobit.model.convert;

import dev.trilobit.model.convert.ConversionOptions.Existing;
import dev.trilobit.model.file.CompanionNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tells whether what is at a target may be replaced. Replacing a folder means deleting all that is
 * in it, so it has to be one that could have been written here: a model of safetensors or the parts
 * of one GGUF model, no folders or links, and no file of a name that is never written.
 *
 * @param target what is there
 */
record ReplaceableTarget(Path target) {
    private static final String CONFIG = "config.json";
    private static final Pattern WEIGHTS =
            Pattern.compile("model(-\\d{5}-of-\\d{5})?\\.safetensors");
    private static final String INDEX = "model.safetensors.index.json";
    private static final Pattern GGUF = Pattern.compile("(.+?)(-\\d{5}-of-\\d{5})?\\.gguf");

    /**
     * Checks what is there.
     *
     * @throws ConversionRefusedException if it is not to be replaced, with what speaks against it
     */
    void require(Existing existing) throws IOException {
        if (Files.notExists(target, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (existing == Existing.REFUSED) {
            throw new ConversionRefusedException(target + " is there already");
        }
        if (Files.isDirectory(target)) {
            Optional<String> stranger = stranger();
            if (stranger.isPresent()) {
                throw new ConversionRefusedException(
                        "%s is a folder with other things than a model in it (%s); it is not replaced"
                                .formatted(target, stranger.get()));
            }
        }
    }

    /** Names the first thing that belongs to no model, or what a model lacks. */
    private Optional<String> stranger() throws IOException {
        List<Path> files;
        try (var all = Files.list(target)) {
            files = all.sorted().toList();
        }
        boolean weights = false;
        boolean config = false;
        Set<String> ggufs = new TreeSet<>();
        for (Path file : files) {
            String name = file.getFileName().toString();
            Matcher gguf = GGUF.matcher(name);
            if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                return Optional.of(name);
            } else if (gguf.matches()) {
                ggufs.add(gguf.group(1));
            } else if (WEIGHTS.matcher(name).matches()) {
                weights = true;
            } else if (name.equals(CONFIG)) {
                config = true;
            } else if (!isCompanion(name)) {
                return Optional.of(name);
            }
        }
        if (ggufs.size() > 1 || (!ggufs.isEmpty() && (weights || config))) {
            return Optional.of("several models: " + String.join(", ", ggufs));
        }
        if (files.isEmpty() || !ggufs.isEmpty() || (weights && config)) {
            return Optional.empty();
        }
        return Optional.of(config ? "no model.safetensors" : "no " + CONFIG);
    }

    private static boolean isCompanion(String name) {
        return name.equals(INDEX)
                || CompanionNames.TEXT.contains(name)
                || SourceFiles.LEGAL.matcher(name).matches();
    }
}
