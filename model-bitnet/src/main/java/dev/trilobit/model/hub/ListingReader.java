package dev.trilobit.model.hub;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads the hub's answer to {@code /api/models/OWNER/NAME/revision/REVISION?blobs=true}: {@code
 * {"sha": COMMIT, "siblings": [{"rfilename", "size", "blobId", "lfs": {"sha256", "size"}}]}}.
 */
final class ListingReader {
    private static final JsonMapper MAPPER = JsonMapper.shared();

    private ListingReader() {}

    /**
     * Reads a listing.
     *
     * @throws HubException if it is none, or names files that would lie elsewhere
     */
    static HubListing read(HubRepository repository, String revision, String text) {
        JsonNode answer;
        try {
            answer = MAPPER.readTree(text);
        } catch (JacksonException e) {
            throw wrong(
                    repository, "expected JSON, got '%s'".formatted(HubPath.printable(text)), e);
        }
        JsonNode siblings = answer.path("siblings");
        if (!siblings.isArray()) {
            throw wrong(
                    repository,
                    "expected a list 'siblings', got '%s'".formatted(HubPath.printable(text)),
                    new IllegalArgumentException("no siblings"));
        }
        var files = new ArrayList<HubFile>();
        try {
            for (JsonNode sibling : siblings) {
                files.add(file(sibling));
            }
            requireOnce(files);
            return new HubListing(repository, revision, text(answer, "sha"), files);
        } catch (IllegalArgumentException e) {
            throw wrong(repository, String.valueOf(e.getMessage()), e);
        }
    }

    private static HubFile file(JsonNode sibling) {
        JsonNode lfs = sibling.path("lfs");
        JsonNode size = lfs.has("size") ? lfs.path("size") : sibling.path("size");
        return new HubFile(
                text(sibling, "rfilename"),
                size.canConvertToLong() ? size.longValue() : -1,
                text(sibling, "blobId"),
                text(lfs, "sha256"));
    }

    private static String text(JsonNode object, String key) {
        JsonNode value = object.path(key);
        return value.isString() ? value.stringValue() : "";
    }

    private static void requireOnce(List<HubFile> files) {
        long different = files.stream().map(HubFile::path).distinct().count();
        if (different != files.size()) {
            throw new IllegalArgumentException("a file is listed twice");
        }
    }

    private static HubException wrong(
            HubRepository repository, String problem, RuntimeException cause) {
        return new HubException(
                "%s: the hub's listing cannot be used: %s".formatted(repository, problem), cause);
    }
}
