package dev.trilobit.model.text;

import dev.trilobit.model.file.ModelFolder;
import dev.trilobit.model.file.ModelFormatException;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * All text facts of one model: tokenizer, first token, tokens that end an answer, chat template.
 * Safe for use by several threads.
 */
public final class TextCodec implements AutoCloseable {
    private final Tokenizer tokenizer;
    private final TextFacts facts;

    private TextCodec(Tokenizer tokenizer, TextFacts facts) {
        this.tokenizer = tokenizer;
        this.facts = facts;
    }

    /**
     * Reads {@code tokenizer.json}, the metadata of a GGUF file or {@code tokenizer.model}, the
     * first that is there; with the two of Hugging Face, where they are, {@code
     * tokenizer_config.json}, {@code generation_config.json}, {@code config.json} and {@code
     * chat_template.jinja}. The folder may be closed afterwards.
     *
     * @throws ModelFormatException if there is no tokenizer, or a file is wrong
     * @throws TemplateException if the chat template is wrong or needs what is not supported
     */
    public static TextCodec open(ModelFolder folder) {
        return open(TextSource.of(folder));
    }

    static TextCodec open(TextSource source) {
        Tokenizer tokenizer = source.openTokenizer();
        try {
            TextFacts facts = source.facts(tokenizer);
            return new TextCodec(tokenizer.withSpecial(facts.specialTokens()), facts);
        } catch (RuntimeException e) {
            tokenizer.close();
            throw e;
        }
    }

    /**
     * Checks that there is a tokenizer, without reading it.
     *
     * @throws ModelFormatException if it is missing
     */
    public static void requireTokenizer(ModelFolder folder) {
        TextSource.require(folder);
    }

    /** Tells whether the files of a model hold a tokenizer, without reading it. */
    public static boolean isIn(ModelFolder folder) {
        return TextSource.isIn(folder);
    }

    /** Returns the tokenizer, which this closes. */
    public Tokenizer tokenizer() {
        return tokenizer;
    }

    /** Returns the token that starts a text, if the model has one. */
    public OptionalInt bos() {
        return facts.bos();
    }

    /** Returns the tokens that end an answer; empty if the files name none. */
    public Set<Integer> endTokens() {
        return facts.endTokens();
    }

    /** Returns the chat template; a base model has none. */
    public Optional<ChatTemplate> chatTemplate() {
        return facts.chatTemplate();
    }

    /**
     * Encodes a raw prompt: the text, after the start token when the model wants one. It does as
     * {@code add_bos_token} says, else as the post-processor of tokenizer.json does; a model with
     * neither wants its start token if tokenizer_config.json names one. In a GGUF file without the
     * key, SentencePiece tokenizers and those of the Llama 3 kind want it. An end token is never
     * added ({@code add_eos_token}): the model is to go on. Strings that look like special tokens
     * stay text.
     */
    public int[] encodePrompt(String text) {
        IntList ids = new IntList();
        if (facts.startsWithBos()) {
            facts.bos().ifPresent(ids::add);
        }
        ids.addAll(tokenizer.encode(text));
        return ids.toArray();
    }

    /** Closes the tokenizer. Idempotent. */
    @Override
    public void close() {
        tokenizer.close();
    }
}
