package dev.trilobit.cli.chat;

import dev.trilobit.cli.io.CommandFailedException;
import dev.trilobit.cli.io.PeakMemory;
import dev.trilobit.cli.io.StandardStreams;
import dev.trilobit.model.ChatSession;
import dev.trilobit.model.ContextOverflowException;
import dev.trilobit.model.GenerationOptions;
import dev.trilobit.model.GenerationResult;
import dev.trilobit.model.GenerationStats;
import dev.trilobit.model.LanguageModel;
import dev.trilobit.model.text.TemplateException;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Reads messages and answers them until the person leaves. */
final class ChatLoop {
    private static final String HELP =
            """
            /reset   forget the conversation
            /stats   show speed, context and memory
            /help    show this
            /exit    leave (so does Ctrl-D)
            A line that ends with \\ goes on with the next; \"""...\""" may span lines.
            Ctrl-C stops an answer.""";

    private final LanguageModel model;
    private final ChatSession chat;
    private final ChatInput input;
    private final GenerationOptions options;
    private final StandardStreams streams;
    private int turn;
    private @Nullable GenerationStats last;

    ChatLoop(
            LanguageModel model,
            ChatSession chat,
            ChatInput input,
            GenerationOptions options,
            StandardStreams streams) {
        this.model = model;
        this.chat = chat;
        this.input = input;
        this.options = options;
        this.streams = streams;
    }

    void run() {
        streams.note("%s; /help says what you can do".formatted(model.info().label()));
        if (!chat.usesTemplate()) {
            streams.note(
                    "This is a base model without a chat template: it does not answer, it continues"
                            + " the text.");
        }
        boolean goesOn = true;
        while (goesOn) {
            Optional<String> typed = input.next();
            goesOn = typed.isPresent() && handle(ChatText.message(typed.get()));
        }
    }

    /** Returns whether the chat goes on. */
    private boolean handle(String message) {
        switch (message) {
            case "" -> {}
            case "/exit", "/quit" -> {
                return false;
            }
            case "/help" -> streams.note(HELP);
            case "/reset" -> {
                chat.reset();
                streams.note("(the conversation is forgotten)");
            }
            case "/stats" -> printStats();
            default -> {
                if (message.startsWith("/")) {
                    streams.note("unknown command %s; /help lists them".formatted(message));
                } else {
                    input.guarded(() -> answer(message), Thread.currentThread()::interrupt);
                    // A Ctrl-C after the last piece must not stop the next answer.
                    Thread.interrupted();
                }
            }
        }
        // Nobody reads the answers any more.
        return !streams.out().checkError();
    }

    private void answer(String message) {
        var heard = new AtomicBoolean();
        GenerationResult result;
        try {
            result =
                    chat.send(
                            message,
                            options.withSampling(
                                    options.sampling()
                                            .withSeed(options.sampling().seed() + turn++)),
                            piece -> {
                                heard.set(true);
                                streams.out().print(piece);
                                return !streams.out().checkError();
                            });
        } catch (ContextOverflowException e) {
            streams.note(e.getMessage() + "; /reset forgets the conversation");
            return;
        } catch (TemplateException e) {
            streams.note(String.valueOf(e.getMessage()));
            return;
        } catch (IllegalStateException e) {
            throw new CommandFailedException(String.valueOf(e.getMessage()), e);
        }
        last = result.stats();
        if (heard.get()) {
            streams.out().println();
            streams.out().flush();
        }
        switch (result.reason()) {
            case CANCELLED -> streams.note("(stopped)");
            case CONTEXT_FULL -> streams.note("(the context is full; /reset makes room)");
            case MAX_TOKENS ->
                    streams.note("(stopped after %d tokens)".formatted(options.maxTokens()));
            case END_TOKEN, STOP_STRING -> {}
        }
    }

    private void printStats() {
        if (last != null) {
            streams.note(
                    String.format(
                            Locale.ROOT,
                            "last answer: prompt %d tokens, %.1f tokens/s; answer %d tokens, %.1f"
                                    + " tokens/s",
                            last.promptTokens(),
                            last.promptTokensPerSecond(),
                            last.generatedTokens(),
                            last.tokensPerSecond()));
        }
        streams.note(
                "context: %d of %d tokens; memory: %s"
                        .formatted(
                                chat.contextTokens(),
                                model.info().maxContextTokens(),
                                PeakMemory.now(model.info().deviceBytes())));
    }
}
