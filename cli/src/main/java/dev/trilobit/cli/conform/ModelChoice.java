package dev.trilobit.cli.conform;

import dev.trilobit.cli.conform.TriedModel.Text;
import dev.trilobit.cli.io.StandardStreams;
import dev.trilobit.cli.io.UsageException;
import dev.trilobit.cli.load.DecoderFiles;
import dev.trilobit.cli.option.ModelPlace;
import dev.trilobit.cli.text.TextFile;
import dev.trilobit.model.ModelOptions;
import dev.trilobit.model.embedded.EmbeddedModels;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which models are tried: the embedded ones and those that are named. */
final class ModelChoice {
    private static final String EMBEDDED = "embedded:";

    private final ModelOptions options;
    private final StandardStreams streams;

    /**
     * Prepares to open models.
     *
     * @param options what their files do not say
     */
    ModelChoice(ModelOptions options, StandardStreams streams) {
        this.options = options;
        this.streams = streams;
    }

    /**
     * Opens them, the embedded ones first; the caller closes them. Whatever fails, none stays open.
     *
     * @param named places the user named; embedded ones among them get the user's text, if there is
     *     one
     * @param text file of the named models; null if the user gave none
     * @param most sequences wanted of each
     * @throws UsageException if a model that is named needs a text, or a text a model
     */
    List<TriedModel> open(List<String> named, @Nullable String text, int most, int chunkTokens) {
        requireText(named, text != null);
        var stories = new Text("held-out stories", EmbeddedModels.heldOutStories());
        Text given =
                text == null ? stories : new Text(text, TextFile.read("--text", text, streams));
        Set<String> places = new LinkedHashSet<>();
        EmbeddedModels.names().forEach(name -> places.add(EMBEDDED + name));
        places.addAll(named);
        var opened = new ArrayList<TriedModel>();
        try {
            for (String place : places) {
                Text own = named.contains(place) ? given : stories;
                DecoderFiles files = DecoderFiles.open(ModelPlace.OPTION, place, options, streams);
                opened.add(TriedModel.open(files, own, most, chunkTokens));
            }
        } catch (RuntimeException | Error e) {
            opened.forEach(TriedModel::close);
            throw e;
        }
        return opened;
    }

    private static void requireText(List<String> named, boolean hasText) {
        if (hasText && named.isEmpty()) {
            throw new UsageException(
                    "--text: there is no --model that it is for; the embedded ones have stories of"
                            + " their own");
        }
        List<String> others = named.stream().filter(place -> !place.startsWith(EMBEDDED)).toList();
        if (!hasText && !others.isEmpty()) {
            throw new UsageException(
                    "--model %s needs a text to score, in the language it knows: give one with --text"
                                    .formatted(String.join(", ", others))
                            + " FILE, such as WikiText-2's wiki.test.raw");
        }
    }
}
