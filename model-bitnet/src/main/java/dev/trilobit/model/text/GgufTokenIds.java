package dev.trilobit.model.text;

import dev.trilobit.model.file.GgufMetadata;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/** The ids of particular tokens in the metadata of a GGUF file. */
public final class GgufTokenIds {
    static final String PREFIX = "tokenizer.ggml.";
    static final String TOKENS = PREFIX + "tokens";
    static final String BOS = PREFIX + "bos_token_id";
    static final String EOS = PREFIX + "eos_token_id";

    /** How some writers say that there is no such token, as uint32 and as int32. */
    private static final Set<Long> NONE = Set.of(0xFFFF_FFFFL, -1L);

    private GgufTokenIds() {}

    /** Returns whether an id says that there is no such token. */
    static boolean isNone(long id) {
        return NONE.contains(id);
    }

    /**
     * Finds an id.
     *
     * @param vocabulary number of tokens
     * @return empty if the key is absent or its number is that of no token
     */
    static OptionalInt find(GgufMetadata metadata, String key, long vocabulary) {
        OptionalLong id = metadata.integer(key);
        return id.isPresent()
                        && id.getAsLong() >= 0
                        && id.getAsLong() < Math.min(vocabulary, Integer.MAX_VALUE)
                ? OptionalInt.of((int) id.getAsLong())
                : OptionalInt.empty();
    }

    /**
     * Returns {@code bos_token_id} and {@code eos_token_id} as a config.json has them, those that
     * are tokens.
     *
     * @throws dev.trilobit.model.file.ModelFormatException if an id is no integer
     */
    public static Map<String, Integer> ofConfig(GgufMetadata metadata) {
        var ids = new LinkedHashMap<String, Integer>();
        long vocabulary = metadata.length(TOKENS).orElse(Integer.MAX_VALUE);
        find(metadata, BOS, vocabulary).ifPresent(id -> ids.put("bos_token_id", id));
        find(metadata, EOS, vocabulary).ifPresent(id -> ids.put("eos_token_id", id));
        return ids;
    }
}
