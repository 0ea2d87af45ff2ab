package dev.trilobit.cli.load;

import dev.trilobit.cli.io.CommandFailedException;
import dev.trilobit.cli.io.ProgressBar;
import dev.trilobit.cli.io.StandardStreams;
import dev.trilobit.cli.io.UsageException;
import dev.trilobit.cli.option.ModelArguments;
import dev.trilobit.model.LanguageModel;
import dev.trilobit.model.ModelOptions;
import dev.trilobit.model.ModelReader;
import dev.trilobit.model.arch.DecoderModel;
import dev.trilobit.model.embedded.EmbeddedModels;
import dev.trilobit.model.file.ModelFolder;
import dev.trilobit.model.file.ModelFolders;
import dev.trilobit.model.hub.CachedModels;
import dev.trilobit.model.hub.HubEnvironment;
import dev.trilobit.model.hub.HubPlace;
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
        ModelOptions asked = arguments.modelOptions();
        ModelFolder folder = folder("--model", arguments.model());
        ModelOptions options = settled(folder, asked, streams);
        try (var progress = ProgressBar.loading(folder.label(), streams)) {
            return LanguageModel.open(folder, options.withProgress(progress::report));
        } catch (IllegalArgumentException e) {
            throw new UsageException(e);
        } catch (IllegalStateException e) {
            throw failed(e);
        }
    }

    /** Settles what is left open; whatever fails, the folder is closed, as if opening failed. */
    private static ModelOptions settled(
            ModelFolder folder, ModelOptions options, StandardStreams streams) {
        try {
            return I2sProbing.settle(folder, options, streams).options();
        } catch (RuntimeException | Error e) {
            folder.close();
            throw e;
        }
    }

    /**
     * Reads program and weights.
     *
     * @param folder stays open as long as the result is used; not closed by this
     * @throws UsageException if an option is wrong
     * @throws dev.trilobit.model.file.ModelFormatException if the files are not as they should be
     */
    public static DecoderModel decoder(
            ModelFolder folder, ModelOptions options, StandardStreams streams) {
        return ModelReader.read(folder, layout(folder, options, streams).options());
    }

    /**
     * Finds out the layout of I2_S tensors if that is asked for.
     *
     * @throws UsageException if an option is wrong
     * @throws dev.trilobit.model.file.ModelFormatException if no layout fits clearly
     */
    public static I2sVerdict layout(
            ModelFolder folder, ModelOptions options, StandardStreams streams) {
        return I2sProbing.settle(folder, options, streams);
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
     * @param place {@code embedded:name}, a path, or {@code OWNER/NAME[@REVISION][:FILE]} of a
     *     model in the cache; what lies at the path goes before the cache
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
        Path path = path(what, place);
        if (!place.isBlank() && Files.exists(path)) {
            return ModelFolders.open(path);
        }
        return HubPlace.find(place)
                .map(onHub -> cached(what, onHub))
                .orElseThrow(() -> nothingThere(what, path));
    }

    /** Opens what was fetched before; nothing is fetched without being asked for. */
    private static ModelFolder cached(String what, HubPlace place) {
        return switch (CachedModels.of(HubEnvironment.ofProcess()).find(place)) {
            case CachedModels.Lookup.Found found ->
                    new PulledFolder(place.toString(), ModelFolders.open(found.path()));
            case CachedModels.Lookup.Missing missing ->
                    throw new UsageException(
                            "%s: there is no folder '%s', and the model was not fetched (%s); fetch it with: trilobit pull %s"
                                    .formatted(what, place, missing.why(), place));
        };
    }

    /** Tells whether a place is that of a model inside the program. */
    public static boolean isEmbedded(String place) {
        return place.startsWith(EMBEDDED);
    }

    private static Path path(String what, String place) {
        try {
            return Path.of(place);
        } catch (InvalidPathException e) {
            throw new UsageException(
                    "%s: '%s' is not a path: %s".formatted(what, place, e.getReason()), e);
        }
    }

    private static UsageException nothingThere(String what, Path path) {
        return new UsageException(
                "%s: there is no '%s'; give the folder of a model, OWNER/NAME of one that was pulled, or embedded:%s"
                        .formatted(
                                what, path, String.join(" or embedded:", EmbeddedModels.names())));
    }
}
