package dev.trilobit.cli.load;

import dev.trilobit.cli.io.CommandFailedException;
import dev.trilobit.cli.io.ProgressBar;
import dev.trilobit.cli.io.StandardStreams;
import dev.trilobit.cli.io.UsageException;
import dev.trilobit.cli.option.ModelArguments;
import dev.trilobit.model.LanguageModel;
import dev.trilobit.model.ModelOptions;
import dev.trilobit.model.embedded.EmbeddedModels;
import dev.trilobit.model.file.ModelFolder;
import dev.trilobit.model.file.ModelFolders;
import dev.trilobit.model.text.TextCodec;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Opens what the options name. */
public final class ModelOpener {
    private static final String EMBEDDED = "embedded:";

    private ModelOpener() {}

    /**
     * Opens a model with a progress bar; the caller closes it.
     *
     * @throws UsageException if an option is wrong: the model's place, the backend, its options or
     *     the context
     * @throws CommandFailedException if the tokenizer does not run on this machine
     */
    public static LanguageModel open(ModelArguments arguments, StandardStreams streams) {
        ModelOptions options = arguments.modelOptions();
        ModelFolder folder = folder("--model", arguments.model());
        try (var progress = ProgressBar.loading(folder.label(), streams)) {
            return LanguageModel.open(folder, options.withProgress(progress::report));
        } catch (IllegalArgumentException e) {
            throw new UsageException(e);
        } catch (IllegalStateException e) {
            throw failed(e);
        }
    }

    /**
     * Opens the text rules of a model; the caller closes them.
     *
     * @throws CommandFailedException if the tokenizer does not run on this machine
     */
    public static TextCodec text(ModelFolder folder) {
        try {
            return TextCodec.open(folder);
        } catch (IllegalStateException e) {
            throw failed(e);
        }
    }

    /** The tokenizer's native library is not there for every machine. */
    private static CommandFailedException failed(IllegalStateException cause) {
        return new CommandFailedException(String.valueOf(cause.getMessage()), cause);
    }

    /**
     * Opens a model's files.
     *
     * @param what the option or argument, for messages
     * @param place {@code embedded:name} or a path
     * @throws UsageException if there is nothing of that name
     */
    public static ModelFolder folder(String what, String place) {
        if (isEmbedded(place)) {
            try {
                return EmbeddedModels.open(place.substring(EMBEDDED.length()));
            } catch (IllegalArgumentException e) {
                throw new UsageException(what + ": " + e.getMessage(), e);
            }
        }
        return ModelFolders.open(path(what, place));
    }

    /** Tells whether a place is that of a model inside the program. */
    public static boolean isEmbedded(String place) {
        return place.startsWith(EMBEDDED);
    }

    private static Path path(String what, String place) {
        Path path;
        try {
            path = Path.of(place);
        } catch (InvalidPathException e) {
            throw new UsageException(
                    "%s: '%s' is not a path: %s".formatted(what, place, e.getReason()), e);
        }
        if (place.isBlank() || !Files.exists(path)) {
            throw new UsageException(
                    "%s: there is no '%s'; give the folder of a model, or embedded:%s"
                            .formatted(
                                    what,
                                    path,
                                    String.join(" or embedded:", EmbeddedModels.names())));
        }
        return path;
    }
}
