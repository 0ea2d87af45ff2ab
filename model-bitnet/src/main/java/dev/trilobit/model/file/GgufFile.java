package dev.trilobit.model.file;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * An open GGUF model, versions 2 and 3, of one file or split into several. Opening reads the header
 * and checks all of it; tensors and arrays of metadata stay mapped and are not touched.
 */
public final class GgufFile {
    private static final String CONFIG = "config.json";

    private final GgufPart whole;

    private GgufFile(GgufPart whole) {
        this.whole = whole;
    }

    /**
     * Opens the GGUF model in a folder, all its parts if it is split. A folder with a {@code
     * config.json} is one of the Hugging Face layout, and GGUF files in it are not looked at.
     *
     * @return empty if there is none
     * @throws ModelFormatException naming everything that is wrong with the file, or the models if
     *     there are several
     */
    public static Optional<GgufFile> find(ModelFolder folder) {
        return folder.gguf();
    }

    /** Reads what {@link #find} finds, again with each call. */
    static Optional<GgufFile> read(ModelFolder folder) {
        if (folder.names().contains(CONFIG)) {
            return Optional.empty();
        }
        List<String> files = files(folder);
        if (files.isEmpty()) {
            return Optional.empty();
        }
        String first = files.getFirst();
        Optional<SplitName> split = SplitName.parse(first);
        List<String> others =
                files.stream().filter(name -> !isSameModel(name, first, split)).toList();
        if (!others.isEmpty()) {
            throw new ModelFormatException(
                    folder.label(),
                    "expected one GGUF model, got %s; open one by the path of its file"
                            .formatted(files));
        }
        return Optional.of(
                new GgufFile(
                        split.map(name -> SplitGguf.read(folder, name))
                                .orElseGet(() -> readWhole(folder, first))));
    }

    private static List<String> files(ModelFolder folder) {
        List<String> named = folder.names().stream().filter(ModelFolders::isGgufName).toList();
        if (!named.isEmpty() || folder.names().size() != 1) {
            return named;
        }
        // A single file of another name, as caches have it that name files by their checksum.
        return Stream.of(folder.names().getFirst())
                .filter(name -> folder.find(name).map(GgufPart::hasMagic).orElse(false))
                .toList();
    }

    private static boolean isSameModel(String file, String first, Optional<SplitName> split) {
        return split.map(name -> SplitName.parse(file).map(name::sameModel).orElse(false))
                .orElse(file.equals(first));
    }

    private static GgufPart readWhole(ModelFolder folder, String name) {
        MemorySegment bytes =
                folder.find(name).orElseThrow(() -> ModelFormatException.missing(folder, name));
        GgufPart file = GgufPart.read(folder.label(name), bytes);
        SplitGguf.requireWhole(file);
        return file;
    }

    /** Returns the file, or the first of several, for messages. */
    public String label() {
        return whole.label();
    }

    /** Returns the metadata, those of the first file if there are several. */
    public GgufMetadata metadata() {
        return whole.metadata();
    }

    /** Returns all tensors by name, in the order of the file. */
    public Map<String, StoredTensor> tensors() {
        return whole.tensors();
    }
}
