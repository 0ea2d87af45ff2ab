package dev.trilobit.cli.load;

import dev.trilobit.cli.io.ProgressBar;
import dev.trilobit.cli.io.StandardStreams;
import dev.trilobit.cli.io.UsageException;
import dev.trilobit.model.CompiledDecoder;
import dev.trilobit.model.ModelOptions;
import dev.trilobit.model.arch.DecoderModel;
import dev.trilobit.model.file.ModelFolder;
import dev.trilobit.model.text.TextCodec;

/**
 * A model's files, read for work with token ids and logits: program and weights, on no backend yet
 * and without the tokenizer, which ids do not need.
 */
public final class DecoderFiles implements AutoCloseable {
    private final ModelFolder folder;
    private final DecoderModel model;

    private DecoderFiles(ModelFolder folder, DecoderModel model) {
        this.folder = folder;
        this.model = model;
    }

    /**
     * Opens a model's files; whatever fails, nothing stays open.
     *
     * @param what the option or argument, for messages
     * @param place {@code embedded:name} or a path
     * @param options what the files do not say
     * @throws UsageException if there is nothing of that name
     * @throws dev.trilobit.model.file.ModelFormatException if the files are not as they should be
     */
    public static DecoderFiles open(
            String what, String place, ModelOptions options, StandardStreams streams) {
        ModelFolder folder = ModelOpener.folder(what, place);
        try {
            return new DecoderFiles(folder, ModelOpener.decoder(folder, options, streams));
        } catch (RuntimeException | Error e) {
            folder.close();
            throw e;
        }
    }

    /** Returns where the files are. */
    public String label() {
        return folder.label();
    }

    /** Returns configuration, program and weights; valid until this is closed. */
    public DecoderModel model() {
        return model;
    }

    /** Returns the number of token ids. */
    public int vocabulary() {
        return model.config().vocabulary();
    }

    /**
     * Returns the most tokens of a sequence: as asked for, else as many as the model was made for.
     *
     * @throws UsageException if more is asked for than the model was made for
     */
    public int contextTokens(ModelOptions options) {
        try {
            int tokens = options.contextTokens(label(), model.config());
            return options.maxContextTokens() == 0 ? model.config().maxContextTokens() : tokens;
        } catch (IllegalArgumentException e) {
            throw new UsageException(e);
        }
    }

    /**
     * Opens the text rules; the caller closes them.
     *
     * @throws dev.trilobit.model.file.ModelFormatException if the files are not as they should be
     * @throws dev.trilobit.cli.io.CommandFailedException if the tokenizer does not run on this
     *     machine
     */
    public TextCodec openText() {
        return ModelOpener.text(folder);
    }

    /**
     * Puts the weights on a backend, with a progress bar; the caller closes the result before this.
     *
     * @param options backend, its options and the context
     * @param stepTokens most tokens of one forward; the context, if that is less
     * @throws UsageException if an option is wrong
     * @throws dev.trilobit.model.file.ModelFormatException if a weight cannot be used
     * @throws dev.trilobit.api.backend.BackendException if no backend can run the model
     */
    public CompiledDecoder compile(ModelOptions options, int stepTokens, StandardStreams streams) {
        try (var progress = ProgressBar.loading(label(), streams)) {
            return CompiledDecoder.open(
                    label(), model, options.withProgress(progress::report), stepTokens);
        } catch (IllegalArgumentException e) {
            throw new UsageException(e);
        }
    }

    /** Closes the files. Idempotent. */
    @Override
    public void close() {
        folder.close();
    }
}
