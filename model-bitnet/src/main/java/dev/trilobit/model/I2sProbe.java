package dev.trilobit.model;

import dev.trilobit.api.backend.DecoderSession;
import dev.trilobit.api.backend.LogitRows;
import dev.trilobit.model.arch.DecoderModel;
import dev.trilobit.model.arch.DecoderModels;
import dev.trilobit.model.arch.ReadOptions;
import dev.trilobit.model.file.GgmlType;
import dev.trilobit.model.file.GgufFile;
import dev.trilobit.model.file.ModelFolder;
import dev.trilobit.model.file.ModelFormatException;
import dev.trilobit.model.layout.I2sLayout;
import dev.trilobit.model.text.TextCodec;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Optional;

/**
 * Finds out how the codes of I2_S tensors lie: a model read in the wrong layout has random weights,
 * so it understands a text no better than chance. The candidates are put on the backend one after
 * another and score a short English text.
 */
public final class I2sProbe {
    private static final Logger LOG = System.getLogger(I2sProbe.class.getName());

    /** Plain words, so that small models know them too. */
    private static final String TEXT =
            "Once upon a time there was a little girl who lived in a small house near the forest."
                    + " One day she went out to play with her dog. The sun was warm and the birds"
                    + " were singing. They ran down to the river to look at the fish.";

    private static final int MOST_TOKENS = 64;
    private static final int FEWEST_TOKENS = 8;

    private final ModelFolder folder;
    private final ModelOptions options;
    private final int[] tokens;

    private I2sProbe(ModelFolder folder, ModelOptions options, int[] tokens) {
        this.folder = folder;
        this.options = options;
        this.tokens = tokens;
    }

    /**
     * Scores all layouts.
     *
     * @param folder stays open; not closed by this
     * @param options backend and its options; the layout of theirs is not looked at
     * @return empty if the model has no I2_S tensors: any layout will do
     * @throws ModelFormatException if the files are not as they should be, or no layout fits
     *     clearly; the message has the figures
     * @throws dev.trilobit.api.backend.BackendException if no backend can run the model
     * @throws IllegalArgumentException if an option is unknown
     */
    public static Optional<I2sFit> probe(ModelFolder folder, ModelOptions options) {
        if (!hasI2s(folder)) {
            return Optional.empty();
        }
        int[] tokens;
        try (TextCodec text = TextCodec.open(folder)) {
            tokens = text.encodePrompt(TEXT);
        }
        var probe =
                new I2sProbe(
                        folder,
                        options,
                        Arrays.copyOf(tokens, Math.min(tokens.length, MOST_TOKENS)));
        return Optional.of(probe.run());
    }

    private static boolean hasI2s(ModelFolder folder) {
        return GgufFile.find(folder)
                .map(
                        file ->
                                file.tensors().values().stream()
                                        .anyMatch(tensor -> tensor.type() == GgmlType.I2_S))
                .orElse(false);
    }

    private I2sFit run() {
        var scores = new ArrayList<I2sFit.Score>();
        int vocabulary = 0;
        for (I2sChoice choice : I2sChoice.values()) {
            Optional<I2sLayout> layout = choice.layout();
            if (layout.isPresent()) {
                DecoderModel model = DecoderModels.open(folder, ReadOptions.of(layout.get()));
                vocabulary = model.config().vocabulary();
                requireKnown(vocabulary);
                requireContext(model.config().maxContextTokens());
                scores.add(new I2sFit.Score(choice, perplexityIfReadable(model)));
            }
        }
        var fit = new I2sFit(scores);
        if (!fit.isClear(vocabulary)) {
            throw new ModelFormatException(
                    folder.label(),
                    "no layout of its I2_S tensors fits clearly: %s, of %d tokens among %d; say which with a, b or c"
                            .formatted(fit.figures(), tokens.length, vocabulary));
        }
        return fit;
    }

    private void requireKnown(int vocabulary) {
        int largest = Arrays.stream(tokens).max().orElse(0);
        if (largest >= vocabulary) {
            throw new ModelFormatException(
                    folder.label(),
                    "the tokenizer gives id %d, the vocabulary has %d"
                            .formatted(largest, vocabulary));
        }
    }

    private void requireContext(int context) {
        if (Math.min(tokens.length, context) < FEWEST_TOKENS) {
            throw new ModelFormatException(
                    folder.label(),
                    "expected a context of %d tokens to probe layouts with, got %d"
                            .formatted(FEWEST_TOKENS, Math.min(tokens.length, context)));
        }
    }

    private double perplexity(DecoderModel model) {
        int count = Math.min(tokens.length, model.config().maxContextTokens());
        int[] sequence = Arrays.copyOf(tokens, count);
        try (var decoder =
                        CompiledDecoder.open(
                                folder.label(), model, options.withMaxContextTokens(count), count);
                DecoderSession session = decoder.program().newSession()) {
            MemorySegment logits = session.forward(sequence, LogitRows.ALL);
            return perplexity(sequence, logits);
        }
    }

    /** A matrix that does not divide into the blocks of a layout was not written in it. */
    private double perplexityIfReadable(DecoderModel model) {
        try {
            return perplexity(model);
        } catch (ModelFormatException e) {
            LOG.log(Level.DEBUG, "this layout is out of the question", e);
            return Double.POSITIVE_INFINITY;
        }
    }

    /** Returns the exponential of the mean surprise of each token after the first. */
    private static double perplexity(int[] sequence, MemorySegment logits) {
        int width = (int) (logits.byteSize() / Float.BYTES / sequence.length);
        double surprise = 0;
        for (int t = 1; t < sequence.length; t++) {
            surprise += surprise(logits, (t - 1L) * width, width, sequence[t]);
        }
        double perplexity = Math.exp(surprise / (sequence.length - 1));
        return Double.isNaN(perplexity) ? Double.POSITIVE_INFINITY : perplexity;
    }

    private static double surprise(MemorySegment logits, long first, int width, int token) {
        double largest = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < width; i++) {
            largest = Math.max(largest, logit(logits, first + i));
        }
        double sum = 0;
        for (int i = 0; i < width; i++) {
            sum += Math.exp(logit(logits, first + i) - largest);
        }
        return Math.log(sum) + largest - logit(logits, first + token);
    }

    private static double logit(MemorySegment logits, long index) {
        return logits.getAtIndex(ValueLayout.JAVA_FLOAT, index);
    }
}
