package dev.trilobit.model.file;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Reads a model that is split into several GGUF files. Each has {@code split.no}, from 0, {@code
 * split.count} and {@code split.tensors.count}, that of all of them; the first has all other keys.
 * Source: llama.cpp {@code llama_model_loader} and {@code llama-gguf-split}.
 */
final class SplitGguf {
    private static final String NUMBER = "split.no";
    private static final String COUNT = "split.count";
    private static final String TENSORS = "split.tensors.count";
    private static final int MOST_MISSING = 20;

    private final ModelFolder folder;
    private final SplitName name;
    private final String label;
    private final GgufProblems problems;

    private SplitGguf(ModelFolder folder, SplitName name) {
        this.folder = folder;
        this.name = name;
        this.label = folder.label(name.part(1));
        this.problems = new GgufProblems(label);
    }

    /**
     * Reads all parts as one.
     *
     * @param name of any part
     * @throws ModelFormatException naming every part that is missing or belongs to another model
     */
    static GgufPart read(ModelFolder folder, SplitName name) {
        return new SplitGguf(folder, name).read();
    }

    /**
     * Checks that a file whose name says nothing of parts is none.
     *
     * @throws ModelFormatException if it is one
     */
    static void requireWhole(GgufPart file) {
        OptionalLong count = file.metadata().integer(COUNT);
        if (count.isPresent() && count.getAsLong() > 1) {
            throw new ModelFormatException(
                    file.label(),
                    "key %s: this is one of %d parts of a model; expected a name like model-00001-of-%05d.gguf and the others beside it"
                            .formatted(COUNT, count.getAsLong(), count.getAsLong()));
        }
    }

    /** Sets the keys of one part that is to be written. */
    static void describe(GgufMetadataBuilder keys, int number, int count, int tensors) {
        keys.integer(NUMBER, MetadataType.UINT16, number);
        keys.integer(COUNT, MetadataType.UINT16, count);
        keys.integer(TENSORS, MetadataType.INT32, tensors);
    }

    private GgufPart read() {
        var parts = new ArrayList<GgufPart>();
        // A name claims up to 99 999 parts for nothing: enough are named when this many are
        // missing.
        for (int i = 1; i <= name.count() && i <= parts.size() + MOST_MISSING; i++) {
            find(name.part(i)).ifPresent(parts::add);
        }
        problems.throwIfAny();
        for (int i = 0; i < parts.size(); i++) {
            check(parts.get(i), i);
            checkAlignment(parts.getFirst(), parts.get(i));
        }
        Map<String, StoredTensor> tensors = union(parts);
        checkTensors(parts.getFirst(), tensors.size());
        problems.throwIfAny();
        return new GgufPart(label, parts.getFirst().metadata(), tensors);
    }

    private Optional<GgufPart> find(String part) {
        Optional<MemorySegment> bytes = folder.find(part);
        if (bytes.isEmpty()) {
            problems.add("expected a file %s beside it, got %s".formatted(part, folder.names()));
        }
        return bytes.map(segment -> GgufPart.read(folder.label(part), segment));
    }

    private void check(GgufPart part, int number) {
        OptionalLong count = part.metadata().integer(COUNT);
        if (name.count() == 1 && count.isEmpty()) {
            return; // a whole file that only has the name of a part
        }
        expect(part, COUNT, name.count(), count);
        expect(part, NUMBER, number, part.metadata().integer(NUMBER));
    }

    /**
     * Checks that all parts are aligned alike: gguf-py leaves the key out of all but the first, and
     * a reader that takes the standard there looks for the data in the wrong place.
     */
    private void checkAlignment(GgufPart first, GgufPart part) {
        long expected = GgufPart.alignment(first.metadata());
        long got = GgufPart.alignment(part.metadata());
        if (got != expected) {
            problems.add(
                    "%s: key %s: expected %d, as in the first part, got %d, which is the standard if there is none"
                            .formatted(part.label(), GgufPart.ALIGNMENT, expected, got));
        }
    }

    private void expect(GgufPart part, String key, long expected, OptionalLong got) {
        if (got.isEmpty() || got.getAsLong() != expected) {
            problems.add(
                    "%s: key %s: expected %d, as its name says, got %s"
                            .formatted(
                                    part.label(),
                                    key,
                                    expected,
                                    got.isEmpty() ? "none" : String.valueOf(got.getAsLong())));
        }
    }

    private Map<String, StoredTensor> union(List<GgufPart> parts) {
        var tensors = new LinkedHashMap<String, StoredTensor>();
        for (GgufPart part : parts) {
            for (StoredTensor tensor : part.tensors().values()) {
                StoredTensor other = tensors.putIfAbsent(tensor.name(), tensor);
                if (other != null) {
                    problems.add(
                            "tensor %s: expected once, got it in %s and %s"
                                    .formatted(tensor.name(), other.file(), tensor.file()));
                }
            }
        }
        return tensors;
    }

    private void checkTensors(GgufPart first, long got) {
        OptionalLong expected = first.metadata().integer(TENSORS);
        if (expected.isPresent() && expected.getAsLong() != got) {
            problems.add(
                    "key %s: expected %d tensors in all parts, got %d"
                            .formatted(TENSORS, expected.getAsLong(), got));
        }
    }
}
