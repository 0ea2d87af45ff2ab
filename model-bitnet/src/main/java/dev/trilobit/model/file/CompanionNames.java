package dev.trilobit.model.file;

import java.util.List;

/** Names of the files that a Hugging Face folder keeps beside its configuration and weights. */
public final class CompanionNames {
    /** What says how the model reads and writes text. */
    public static final List<String> TEXT =
            List.of(
                    "generation_config.json",
                    "tokenizer.json",
                    "tokenizer.model",
                    "tokenizer_config.json",
                    "special_tokens_map.json",
                    "added_tokens.json",
                    "vocab.json",
                    "merges.txt",
                    "chat_template.jinja",
                    "chat_template.json");

    private CompanionNames() {}
}
