package dev.trilobit.model;

import dev.trilobit.api.backend.DecoderSession;
import dev.trilobit.api.backend.DeviceInfo;
import dev.trilobit.api.backend.SelectionReport;
import dev.trilobit.api.program.Program;
import dev.trilobit.model.file.ModelFolder;
import dev.trilobit.model.file.ModelFolders;
import dev.trilobit.model.generate.SessionTokenSource;
import dev.trilobit.model.generate.TokenSource;
import dev.trilobit.model.text.ChatMessage;
import dev.trilobit.model.text.TextCodec;
import java.nio.file.Path;
import java.util.List;

/**
 * An open language model: its files, its text rules and its weights on a backend.
 *
 * <pre>{@code
 * try (var model = LanguageModel.open(Path.of("my-model"))) {
 *     System.out.println(model.generate("Once upon a time", GenerationOptions.defaults()).text());
 * }
 * }</pre>
 *
 * <p>Safe for use by several threads. Sessions of one model run at once, each on one thread at a
 * time. Whoever opens a session closes it, before the model.
 */
public final class LanguageModel implements AutoCloseable {
    private final LoadedModel loaded;
    private final ModelText sessionText;
    private final OpenSessions sessions;

    LanguageModel(LoadedModel loaded) {
        this.loaded = loaded;
        this.sessionText = new CodecText(loaded.text());
        this.sessions = new OpenSessions(loaded.info().label());
    }

    /**
     * Opens the model in a directory with {@link ModelOptions#defaults}.
     *
     * @throws dev.trilobit.model.file.ModelFormatException if its files are not as they should be
     * @throws dev.trilobit.api.backend.BackendException if no backend can run it
     */
    public static LanguageModel open(Path folder) {
        return open(folder, ModelOptions.defaults());
    }

    /**
     * Opens the model in a directory.
     *
     * @throws dev.trilobit.model.file.ModelFormatException if its files are not as they should be
     * @throws dev.trilobit.api.backend.BackendException if no backend can run it
     * @throws IllegalArgumentException if an option is unknown or does not suit the model
     */
    public static LanguageModel open(Path folder, ModelOptions options) {
        return open(ModelFolders.open(folder), options);
    }

    /**
     * Opens the model in a folder.
     *
     * @param folder closed with the model, and also when opening fails
     * @throws dev.trilobit.model.file.ModelFormatException if its files are not as they should be
     * @throws dev.trilobit.api.backend.BackendException if no backend can run it
     * @throws IllegalArgumentException if an option is unknown or does not suit the model
     */
    public static LanguageModel open(ModelFolder folder, ModelOptions options) {
        return new LanguageModel(ModelLoader.load(folder, options, ModelParts.standard(options)));
    }

    /** Returns what the model is. */
    public ModelInfo info() {
        return loaded.info();
    }

    /** Returns which backend runs it and why. */
    public SelectionReport selection() {
        return loaded.decoder().selection().report();
    }

    /** Returns what it runs on. */
    public DeviceInfo device() {
        return loaded.decoder().selection().backend().device();
    }

    /** Returns its tokenizer, special tokens and chat template; open as long as the model. */
    public TextCodec text() {
        return loaded.text();
    }

    /** Returns its decoder step. */
    public Program program() {
        return loaded.decoder().program().program();
    }

    /**
     * Continues a prompt in a session of its own.
     *
     * @throws IllegalArgumentException if the prompt is empty
     * @throws ContextOverflowException if the prompt does not fit into the context
     */
    public GenerationResult generate(String prompt, GenerationOptions options) {
        return generate(prompt, options, GenerationListener.NONE);
    }

    /**
     * Continues a prompt in a session of its own and tells the text as it comes.
     *
     * @param listener may cancel; so does an interrupt of the thread
     * @throws IllegalArgumentException if the prompt is empty
     * @throws ContextOverflowException if the prompt does not fit into the context
     */
    public GenerationResult generate(
            String prompt, GenerationOptions options, GenerationListener listener) {
        try (TextSession session = newSession()) {
            return session.generate(prompt, options, listener);
        }
    }

    /**
     * Opens a session that continues plain text.
     *
     * @throws IllegalStateException if the model is closed
     */
    public TextSession newSession() {
        return newSession(newTokenSource());
    }

    /**
     * Opens a session that continues plain text with tokens of {@code source}.
     *
     * @param source empty; closed with the session
     */
    public TextSession newSession(TokenSource source) {
        return new TextSession(sessionText, source);
    }

    /**
     * Opens a chat.
     *
     * @throws IllegalStateException if the model is closed
     */
    public ChatSession newChat() {
        return newChat(List.of());
    }

    /**
     * Opens a chat that goes on after given messages.
     *
     * @param opening such as a system message; {@link ChatSession#reset} returns to it
     * @throws IllegalStateException if the model is closed
     */
    public ChatSession newChat(List<ChatMessage> opening) {
        return newChat(opening, newTokenSource());
    }

    /**
     * Opens a chat with tokens of {@code source}.
     *
     * @param opening such as a system message; {@link ChatSession#reset} returns to it
     * @param source empty; closed with the chat
     */
    public ChatSession newChat(List<ChatMessage> opening, TokenSource source) {
        return new ChatSession(sessionText, source, opening);
    }

    /**
     * Opens a source of tokens that computes them one by one.
     *
     * @throws IllegalStateException if the model is closed
     */
    public TokenSource newTokenSource() {
        return new SessionTokenSource(
                newDecoderSession(), program().logits().width(), loaded.decoder().stepTokens());
    }

    /**
     * Opens a session of the backend, for logits.
     *
     * @throws IllegalStateException if the model is closed
     */
    public DecoderSession newDecoderSession() {
        return sessions.open(loaded.decoder().program());
    }

    /**
     * Frees weights, backend and files. Idempotent.
     *
     * @throws IllegalStateException if a session is still open; the message has the number
     */
    @Override
    public synchronized void close() {
        sessions.closeAll();
        loaded.close();
    }
}
