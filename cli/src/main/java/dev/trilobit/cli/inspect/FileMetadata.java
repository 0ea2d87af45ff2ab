package dev.trilobit.cli.inspect;

import dev.trilobit.model.file.GgufFile;
import dev.trilobit.model.file.GgufMetadata;
import dev.trilobit.model.file.ModelFolder;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** The keys that describe a model: the metadata of a GGUF file, or config.json. */
final class FileMetadata {
    /** Vocabularies have a hundred thousand entries; nobody reads them here. */
    private static final int LONGEST_ARRAY = 16;

    private FileMetadata() {}

    /** Returns the keys in the order of the file; long arrays say what they are. */
    static Map<String, Object> of(ModelFolder folder) {
        Optional<GgufFile> gguf = GgufFile.find(folder);
        if (gguf.isPresent()) {
            Map<String, Object> keys = new LinkedHashMap<>();
            GgufMetadata metadata = gguf.get().metadata();
            metadata.keys().forEach(key -> keys.put(key, value(metadata, key)));
            return keys;
        }
        return folder.find("config.json").map(FileMetadata::config).orElse(Map.of());
    }

    private static Map<String, Object> config(MemorySegment json) {
        return JsonMapper.shared()
                .readValue(json.toArray(ValueLayout.JAVA_BYTE), new TypeReference<>() {});
    }

    private static Object value(GgufMetadata metadata, String key) {
        return switch (metadata.type(key).orElseThrow()) {
            case STRING -> metadata.string(key).orElseThrow();
            case BOOL -> metadata.flag(key).orElseThrow();
            case FLOAT32, FLOAT64 -> metadata.number(key).orElseThrow();
            case UINT8, INT8, UINT16, INT16, UINT32, INT32, UINT64, INT64 ->
                    metadata.integer(key).orElseThrow();
            case ARRAY -> array(metadata, key);
        };
    }

    private static Object array(GgufMetadata metadata, String key) {
        String type = metadata.typeLabel(key).orElseThrow();
        if (metadata.length(key).orElseThrow() > LONGEST_ARRAY) {
            return type;
        }
        return switch (metadata.elementType(key).orElseThrow()) {
            case STRING -> metadata.strings(key);
            case FLOAT32, FLOAT64 -> {
                var numbers = metadata.numbers(key);
                yield IntStream.range(0, numbers.length).mapToObj(i -> numbers[i]).toList();
            }
            case UINT8, INT8, UINT16, INT16, UINT32, INT32, UINT64, INT64, BOOL ->
                    List.of(Arrays.stream(metadata.integers(key)).boxed().toArray());
            case ARRAY -> type;
        };
    }
}
