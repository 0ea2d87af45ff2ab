package dev.trilobit.model.file;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads JSON: every file of a model goes through here. */
@SuppressWarnings("exports") // for the packages of this module; nobody else needs JSON of it
public final class StrictJson {
    private static final JsonMapper MAPPER =
            JsonMapper.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    private StrictJson() {}

    /**
     * Reads {@code text} as one object in which no key comes twice.
     *
     * @param file for messages
     * @param what for messages: {@code the header}
     * @throws ModelFormatException if it is no JSON, no object, or a key comes twice
     */
    public static JsonNode object(String file, String what, MemorySegment text) {
        JsonNode node;
        try {
            node = MAPPER.readTree(text.toArray(ValueLayout.JAVA_BYTE));
        } catch (JacksonException e) {
            throw new ModelFormatException(
                    file,
                    "%s must be a JSON object without duplicate keys, got: %s (at byte %d of it)"
                            .formatted(what, e.getOriginalMessage(), byteOffset(e)),
                    e);
        }
        if (!node.isObject()) {
            throw new ModelFormatException(
                    file, "%s must be a JSON object, got %s".formatted(what, node.getNodeType()));
        }
        return node;
    }

    /**
     * Reads {@code text} token by token, for what is too large to be a tree; keys that come twice
     * are not looked for, which takes long in a vocabulary.
     */
    public static JsonParser parser(byte[] text) {
        return MAPPER.reader()
                .without(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .createParser(text);
    }

    private static long byteOffset(JacksonException e) {
        return e.getLocation() == null ? -1 : e.getLocation().getByteOffset();
    }
}
