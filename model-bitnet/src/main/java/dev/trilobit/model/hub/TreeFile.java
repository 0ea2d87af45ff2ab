package dev.trilobit.model.hub;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The listing of a commit as huggingface_hub 2 keeps it in {@code trees/COMMIT.json} ({@code
 * _tree_cache.py}), by which it knows whether a snapshot is whole: {@code {"format_version": 1,
 * "files": {PATH: {"size", "blob_id", "lfs_sha256", "lfs_size"}}}}.
 */
final class TreeFile {
    private static final int VERSION = 1;
    private static final JsonMapper MAPPER = JsonMapper.shared();

    private TreeFile() {}

    /** Writes a listing, if all is known that others expect in it. */
    static Optional<String> write(List<HubFile> files) {
        if (files.stream().anyMatch(file -> file.size() < 0 || file.gitSha1().isEmpty())) {
            return Optional.empty();
        }
        Map<String, Object> entries = new TreeMap<>();
        for (HubFile file : files) {
            Map<String, Object> entry = new TreeMap<>();
            entry.put("size", file.size());
            entry.put("blob_id", file.gitSha1());
            if (!file.sha256().isEmpty()) {
                entry.put("lfs_sha256", file.sha256());
                entry.put("lfs_size", file.size());
            }
            entries.put(file.path(), entry);
        }
        return Optional.of(
                MAPPER.writeValueAsString(Map.of("format_version", VERSION, "files", entries)));
    }

    /** Reads a listing; none if it is of another version or makes no sense. */
    static Optional<List<HubFile>> read(String text) {
        try {
            JsonNode tree = MAPPER.readTree(text);
            if (tree.path("format_version").asInt(0) != VERSION || !tree.path("files").isObject()) {
                return Optional.empty();
            }
            var files = new ArrayList<HubFile>();
            for (Map.Entry<String, JsonNode> entry : tree.path("files").properties()) {
                JsonNode facts = entry.getValue();
                files.add(
                        new HubFile(
                                entry.getKey(),
                                facts.path("lfs_size").asLong(facts.path("size").asLong(-1)),
                                facts.path("blob_id").asString(""),
                                facts.path("lfs_sha256").asString("")));
            }
            return Optional.of(files);
        } catch (JacksonException | IllegalArgumentException _) {
            return Optional.empty();
        }
    }
}
