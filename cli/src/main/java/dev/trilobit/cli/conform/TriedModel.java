package dev.trilobit.cli.conform;

import dev.trilobit.api.program.Program;
import dev.trilobit.cli.io.TokenCount;
import dev.trilobit.cli.io.UsageException;
import dev.trilobit.cli.load.DecoderFiles;
import dev.trilobit.cli.text.TokenizedText;
import dev.trilobit.conformance.model.ModelCase;
import dev.trilobit.model.arch.ActivationChoice;
import dev.trilobit.model.arch.DecoderModel;
import dev.trilobit.model.text.TextCodec;
import java.util.List;

/**
 * An open model with the tokens to score it with.
 *
 * @param files closed by this
 * @param text where the tokens come from, for people
 * @param chunks token sequences
 */
record TriedModel(DecoderFiles files, String text, List<int[]> chunks) implements AutoCloseable {
    /**
     * Text to score models with.
     *
     * @param label where it comes from, for people
     * @param content documents, separated by lines {@code <|endoftext|>}
     */
    record Text(String label, String content) {}

    TriedModel {
        chunks = List.copyOf(chunks);
    }

    /**
     * Cuts the text of a model.
     *
     * @param files closed by the result, and also when this fails
     * @param most sequences wanted
     * @param chunkTokens tokens of each
     * @throws UsageException if the text is too short for one sequence, or the model's context is
     */
    static TriedModel open(DecoderFiles files, Text text, int most, int chunkTokens) {
        try {
            int context = files.model().config().maxContextTokens();
            if (chunkTokens > context) {
                throw new UsageException(
                        "--chunk: %d tokens; the context of %s holds %d"
                                .formatted(chunkTokens, files.label(), context));
            }
            List<int[]> chunks = cut(files, text, most, chunkTokens);
            if (chunks.isEmpty()) {
                throw new UsageException(
                        "%s: too short for a sequence of %s; give a longer text with --text, or a smaller --chunk"
                                .formatted(text.label(), TokenCount.text(chunkTokens)));
            }
            return new TriedModel(files, text.label(), chunks);
        } catch (RuntimeException | Error e) {
            files.close();
            throw e;
        }
    }

    private static List<int[]> cut(DecoderFiles files, Text text, int most, int chunkTokens) {
        try (TextCodec codec = files.openText()) {
            List<int[]> chunks = TokenChunks.cut(codec, text.content(), most, chunkTokens);
            TokenizedText.requireKnown(chunks, files);
            return chunks;
        }
    }

    /** Returns what people call it. */
    String name() {
        return files.label();
    }

    /** Returns what backends compile. */
    Program program() {
        return files.model().program();
    }

    /** Returns the program with the activations the model was trained with. */
    Program asTrained() {
        return ActivationChoice.asTrained(program());
    }

    /** Tells whether activations are rounded because the user asked for it. */
    boolean roundedByChoice() {
        return !asTrained().equals(program());
    }

    /** Returns what the contract takes. */
    ModelCase modelCase() {
        DecoderModel model = files.model();
        return new ModelCase(name(), model.program(), model.weights(), chunks);
    }

    @Override
    public void close() {
        files.close();
    }
}
