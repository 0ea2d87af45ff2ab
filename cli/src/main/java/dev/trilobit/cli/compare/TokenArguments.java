package dev.trilobit.cli.compare;

import dev.trilobit.cli.io.StandardStreams;
import dev.trilobit.cli.io.UsageException;
import dev.trilobit.cli.option.Positive;
import dev.trilobit.cli.text.TextFile;
import dev.trilobit.cli.text.TokenList;
import dev.trilobit.cli.text.TokenizedText;
import dev.trilobit.model.embedded.EmbeddedModels;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that say which tokens are scored. */
final class TokenArguments {
    private static final int DEFAULT_CHUNK = 512;
    private static final Pattern SEPARATOR = Pattern.compile("(?m)^<\\|endoftext\\|>\\s*$");

    @Option(
            names = "--tokens",
            paramLabel = "ID,ID,...",
            description = "Token ids, from the beginning of the text")
    private @Nullable String tokens;

    @Option(
            names = "--tokens-file",
            paramLabel = "FILE",
            description =
                    "Token ids separated by commas or blanks, one sequence a line; - for"
                            + " standard input")
    private @Nullable String tokensFile;

    @Option(
            names = "--text",
            paramLabel = "FILE",
            description = {
                "UTF-8 text, cut into chunks that are scored one by one; - for standard input. Lines"
                        + " that read <|endoftext|> separate documents.",
                "Default, if A or B is an embedded model: stories it was not trained on"
            })
    private @Nullable String text;

    @Option(
            names = "--chunk",
            paramLabel = "TOKENS",
            description =
                    "Tokens of a chunk. Default: what the models were made for, up to "
                            + DEFAULT_CHUNK)
    private @Nullable Integer chunk;

    @Option(
            names = "--chunks",
            paramLabel = "N",
            description = "Most chunks to score. Default: all")
    private @Nullable Integer chunks;

    /**
     * Checks what can be checked before a file is opened.
     *
     * @throws UsageException if options exclude each other or a number is wrong
     */
    void check() {
        if (Stream.of(tokens, tokensFile, text).filter(Objects::nonNull).count() > 1) {
            throw new UsageException("expected one of --tokens, --tokens-file and --text");
        }
        if ((tokens != null || tokensFile != null) && (chunk != null || chunks != null)) {
            throw new UsageException(
                    "--chunk and --chunks cut a text; sequences of token ids are taken as they are");
        }
        if (chunk != null && chunk < 2) {
            throw new UsageException("--chunk: expected a number from 2, got " + chunk);
        }
        if (chunks != null) {
            Positive.require("--chunks", chunks);
        }
    }

    /**
     * Reads the sequences.
     *
     * @param models those of the sides that are models, A first; the first one's tokenizer encodes
     * @throws UsageException if there is nothing to score, a chunk is too long, or two tokenizers
     *     differ
     */
    Sequences read(List<ModelSide> models, StandardStreams streams) {
        var sequences = new Sequences();
        if (tokens != null) {
            sequences.add("--tokens", TokenList.parse("--tokens", tokens));
        } else if (tokensFile != null) {
            addLines(TextFile.read("--tokens-file", tokensFile, streams), sequences);
        } else if (text != null) {
            cut("--text", documents(TextFile.read("--text", text, streams)), models, sequences);
        } else if (models.stream().anyMatch(ModelSide::isEmbedded)) {
            cut(
                    "the embedded stories",
                    documents(EmbeddedModels.heldOutStories()),
                    models,
                    sequences);
        } else {
            throw new UsageException(
                    "nothing to score: give --text FILE, --tokens 1,2,3 or --tokens-file FILE");
        }
        return sequences;
    }

    /** The model would read the separator as text. */
    private static List<String> documents(String text) {
        return SEPARATOR.matcher(text).find()
                ? SEPARATOR.splitAsStream(text).map(String::strip).toList()
                : List.of(text);
    }

    private static void addLines(String file, Sequences sequences) {
        List<String> lines = file.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            if (!lines.get(i).isBlank()) {
                String name = "--tokens-file line " + (i + 1);
                sequences.add(name, TokenList.parseLine(name, lines.get(i)));
            }
        }
        if (sequences.tokens() == 0) {
            throw new UsageException("--tokens-file: no ids in it");
        }
    }

    private void cut(String what, List<String> texts, List<ModelSide> models, Sequences sequences) {
        if (models.isEmpty()) {
            throw new UsageException(
                    "--text: neither A nor B is a model that could encode it; give --tokens or"
                            + " --tokens-file");
        }
        ModelSide first = models.getFirst();
        List<TokenizedText> encoded = TokenizedText.of(texts, first.files());
        for (ModelSide other : models) {
            if (!other.place().equals(first.place())) {
                requireSame(what, encoded, TokenizedText.of(texts, other.files()), other);
            }
        }
        int length = chunkTokens(models);
        int most = chunks == null ? Integer.MAX_VALUE : chunks;
        for (TokenizedText one : encoded) {
            for (int[] ids : one.chunks(length, most - sequences.ids().size())) {
                sequences.add(what, ids);
            }
        }
        if (sequences.tokens() == 0) {
            throw new UsageException(what + ": no tokens in it");
        }
    }

    private static void requireSame(
            String what, List<TokenizedText> of, List<TokenizedText> by, ModelSide other) {
        for (int i = 0; i < of.size(); i++) {
            OptionalInt at = of.get(i).difference(by.get(i));
            if (at.isPresent()) {
                throw new UsageException(
                        "%s: the tokenizer of %s (%s) is another one: token %d is %s, not %s; give --tokens"
                                .formatted(
                                        what,
                                        other.name(),
                                        other.label(),
                                        at.getAsInt() + 1,
                                        by.get(i).describe(at.getAsInt()),
                                        of.get(i).describe(at.getAsInt())));
            }
        }
    }

    private int chunkTokens(List<ModelSide> models) {
        int length = chunk == null ? DEFAULT_CHUNK : chunk;
        for (ModelSide model : models) {
            int own = model.files().model().config().maxContextTokens();
            if (chunk != null && chunk > own) {
                throw new UsageException(
                        "--chunk: %s (%s) was made for at most %d tokens, got %d"
                                .formatted(model.name(), model.label(), own, chunk));
            }
            length = Math.min(length, own);
        }
        return length;
    }
}
