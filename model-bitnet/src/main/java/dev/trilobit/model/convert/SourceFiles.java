package dev.trilobit.model.convert;

import dev.trilobit.model.file.CompanionNames;
import dev.trilobit.model.file.GgufFile;
import dev.trilobit.model.file.GgufMetadata;
import dev.trilobit.model.file.GgufMetadataBuilder;
import dev.trilobit.model.file.ModelFolder;
import dev.trilobit.model.file.StrictJson;
import dev.trilobit.model.text.GgufTokenIds;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** The companions of weights in a folder or GGUF file that is converted. */
record SourceFiles(ModelFolder folder) implements CompanionFiles {
    private static final String CONFIG = "config.json";

    /** Names of texts that go with a model wherever it goes. */
    static final Pattern LEGAL = Pattern.compile("(?i)(licen[cs]e|notice|use_policy).*");

    @Override
    public boolean isVerifiable() {
        return true;
    }

    @Override
    public List<String> notes() {
        return List.of();
    }

    @Override
    public boolean isAt(Path target) throws IOException {
        Optional<Path> directory = folder.directory();
        if (directory.isEmpty() || !Files.exists(target)) {
            return false;
        }
        Path replaced = target.toRealPath();
        Path source = directory.get().toRealPath();
        if (replaced.equals(source)) {
            return true;
        }
        for (String name : folder.names()) {
            Path file = source.resolve(name);
            // A cache has links: replacing the link or the file it leads to is as bad.
            if (file.startsWith(replaced) || file.toRealPath().startsWith(replaced)) {
                return true;
            }
        }
        return false;
    }

    private Optional<GgufMetadata> gguf() {
        return GgufFile.find(folder).map(GgufFile::metadata);
    }

    @Override
    public void addKeys(GgufMetadataBuilder keys, int vocabulary) throws IOException {
        Optional<GgufMetadata> source = gguf();
        if (source.isPresent()) {
            source.get().keys().stream()
                    .filter(key -> !key.startsWith("split.") && !key.equals("general.alignment"))
                    .forEach(key -> keys.copy(source.get(), key));
            return;
        }
        keys.string("general.type", "model");
        keys.string("general.name", name());
        TokenizerFiles.toGguf(folder, vocabulary, keys);
    }

    private String name() {
        String label = folder.label();
        String last = label.substring(Math.max(label.lastIndexOf('/'), label.lastIndexOf(':')) + 1);
        return last.isEmpty() ? label : last;
    }

    @Override
    public Map<String, Object> configKeys() {
        Optional<MemorySegment> json = folder.find(CONFIG);
        if (json.isPresent()) {
            var tree = StrictJson.object(folder.label(CONFIG), "the configuration", json.get());
            return JsonMapper.shared().convertValue(tree, new TypeReference<>() {});
        }
        Map<String, Object> keys = new LinkedHashMap<>();
        gguf().ifPresent(metadata -> keys.putAll(GgufTokenIds.ofConfig(metadata)));
        return keys;
    }

    /** Masters were rounded when they were read. */
    @Override
    public boolean areMasters() {
        return false;
    }

    @Override
    public void writeFiles(Path target) throws IOException {
        for (String name : folder.names()) {
            if (CompanionNames.TEXT.contains(name) || LEGAL.matcher(name).matches()) {
                copy(name, target.resolve(name));
            }
        }
        Optional<GgufMetadata> metadata = gguf();
        if (metadata.isPresent() && !Files.exists(target.resolve("tokenizer.json"))) {
            TokenizerFiles.toFolder(metadata.get(), target);
        }
    }

    private void copy(String name, Path to) throws IOException {
        Optional<MemorySegment> bytes = folder.find(name);
        if (bytes.isPresent()) {
            Files.write(to, bytes.get().toArray(ValueLayout.JAVA_BYTE));
        }
    }
}
