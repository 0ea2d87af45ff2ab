package dev.trilobit.cli.logits;

import dev.trilobit.api.backend.Backend;
import dev.trilobit.api.backend.Backends;
import dev.trilobit.api.backend.CompileOptions;
import dev.trilobit.api.backend.CompiledProgram;
import dev.trilobit.api.backend.DecoderSession;
import dev.trilobit.api.quant.UnusableWeightException;
import dev.trilobit.cli.io.StandardStreams;
import dev.trilobit.cli.io.UsageException;
import dev.trilobit.cli.load.LoadProgress;
import dev.trilobit.cli.load.ModelOpener;
import dev.trilobit.cli.option.ModelArguments;
import dev.trilobit.model.ModelOptions;
import dev.trilobit.model.arch.DecoderModel;
import dev.trilobit.model.arch.DecoderModels;
import dev.trilobit.model.file.ModelFolder;
import dev.trilobit.model.file.ModelFormatException;
import java.lang.foreign.Arena;
import java.util.ArrayDeque;
import java.util.Deque;

/** The decoder of a model without its tokenizer, which token ids do not need. */
final class LogitsDecoder implements AutoCloseable {
    private static final int TOKENS_PER_STEP = 1;

    /** What was opened, the last first. */
    private final Deque<Runnable> opened;

    private final DecoderSession session;
    private final int vocabulary;

    private LogitsDecoder(Deque<Runnable> opened, DecoderSession session, int vocabulary) {
        this.opened = opened;
        this.session = session;
        this.vocabulary = vocabulary;
    }

    /**
     * Opens a decoder whose context holds {@code ids}; whatever fails, nothing stays open.
     *
     * @throws UsageException if an id is outside the vocabulary, there are too many, or an option
     *     is wrong
     */
    static LogitsDecoder open(ModelArguments arguments, int[] ids, StandardStreams streams) {
        ModelOptions options = arguments.modelOptions();
        Deque<Runnable> opened = new ArrayDeque<>();
        try {
            ModelFolder folder = ModelOpener.folder("--model", arguments.model());
            opened.push(folder::close);
            Arena arena = Arena.ofShared();
            opened.push(arena::close);
            DecoderModel model = DecoderModels.open(folder, arena);
            int vocabulary = model.config().vocabulary();
            TokenList.requireBelow(vocabulary, ids);
            int most =
                    options.maxContextTokens() == 0
                            ? model.config().maxContextTokens()
                            : Math.min(
                                    options.maxContextTokens(), model.config().maxContextTokens());
            if (ids.length > most) {
                throw new UsageException(
                        "--tokens: %d ids, the context holds %d".formatted(ids.length, most));
            }
            CompiledProgram program = compile(model, ids.length, options, folder, streams, opened);
            DecoderSession session = program.newSession();
            opened.push(session::close);
            return new LogitsDecoder(opened, session, vocabulary);
        } catch (RuntimeException | Error e) {
            close(opened);
            throw e;
        }
    }

    private static CompiledProgram compile(
            DecoderModel model,
            int context,
            ModelOptions options,
            ModelFolder folder,
            StandardStreams streams,
            Deque<Runnable> opened) {
        try (var progress = new LoadProgress(folder.label(), streams, System::nanoTime)) {
            Backend backend = Backends.select(options.backend(), model.program()).backend();
            opened.push(backend::close);
            CompiledProgram program =
                    backend.compile(
                            model.program(),
                            model.weights(),
                            new CompileOptions(
                                    context, TOKENS_PER_STEP, options.backendOptions(), progress));
            opened.push(program::close);
            return program;
        } catch (UnusableWeightException e) {
            throw new ModelFormatException(folder.label(), String.valueOf(e.getMessage()), e);
        } catch (IllegalArgumentException e) {
            throw new UsageException(e);
        }
    }

    /** Empty, with room for the ids. */
    DecoderSession session() {
        return session;
    }

    /** Scores of a row. */
    int vocabulary() {
        return vocabulary;
    }

    @Override
    public void close() {
        close(opened);
    }

    private static void close(Deque<Runnable> opened) {
        while (!opened.isEmpty()) {
            opened.pop().run();
        }
    }
}
