package dev.trilobit.fuzz;

import dev.trilobit.api.quant.UnusableWeightException;
import dev.trilobit.model.arch.DecoderModels;
import dev.trilobit.model.arch.ModelConfig;
import dev.trilobit.model.file.FourthCodeException;
import dev.trilobit.model.file.ModelFormatException;
import dev.trilobit.model.hub.HubException;
import dev.trilobit.model.hub.HubInput;
import dev.trilobit.model.text.TemplateException;
import java.util.Locale;
import java.util.Set;

/** A parser of files that somebody else made, and what it may do with any bytes. */
enum FuzzTarget {
    /** The header of {@code model.safetensors}, or an index and the headers of its shards. */
    SAFETENSORS("model.safetensors", new Budget(1 << 20, 1_000, 1_000), Tensors::readHeaders),
    /** A GGUF file, or the parts of a split one: its header and its metadata. */
    GGUF("model.gguf", new Budget(1 << 20, 1_000, 1_000), Tensors::readGguf),
    /** {@code config.json} of Hugging Face and MLX folders. */
    CONFIG("config.json", new Budget(1 << 20, 1_000, 1_000), ModelConfig::read),
    /** A whole model in safetensors: its configuration, its tensors, then its weights. */
    DECODER(
            "config.json",
            new Budget(1 << 23, 4_000, 2_000),
            folder -> Tensors.readWeights(DecoderModels.open(folder), folder.sizeBytes())),
    /** A whole model in a GGUF file, its I2_S tensors in each of the layouts there are. */
    GGUF_DECODER("model.gguf", new Budget(1 << 24, 8_000, 4_000), Tensors::readGgufWeights),
    /** {@code tokenizer.json} and the other files about text of a Hugging Face folder. */
    TOKENIZER("tokenizer.json", new Budget(1 << 23, 4_000, 4_000), Texts::useAll),
    /** {@code tokenizer.model} of SentencePiece with the other files about text. */
    SENTENCEPIECE("tokenizer.model", new Budget(1 << 23, 4_000, 4_000), Texts::useAll),
    /** The tokenizer and the chat template in the metadata of a GGUF file. */
    GGUF_TEXT("model.gguf", new Budget(1 << 23, 4_000, 4_000), Texts::useAll),
    /** A hub's listing, the {@code config.json} of a folder, and the place that was asked for. */
    HUB(
            "listing.json",
            new Budget(1 << 21, 4_000, 2_000),
            folder ->
                    HubInput.read(
                            folder.text("listing.json"),
                            folder.text("config.json"),
                            folder.text("place"))),
    /** A chat template and, as a second file, the last message; rendering has limits of its own. */
    TEMPLATE("template", new Budget(1L << 30, 4_000, 5_000), Texts::render);

    /** What the javadoc of the parsers declares. */
    private static final Set<Class<? extends RuntimeException>> DECLARED =
            Set.of(
                    HubException.class,
                    ModelFormatException.class,
                    FourthCodeException.class,
                    TemplateException.class,
                    UnusableWeightException.class);

    private final String firstFile;

    @SuppressWarnings("ImmutableEnumChecker") // a record of three numbers
    private final Budget budget;

    @SuppressWarnings("ImmutableEnumChecker") // methods without state
    private final Parser parser;

    FuzzTarget(String firstFile, Budget budget, Parser parser) {
        this.firstFile = firstFile;
        this.budget = budget;
        this.parser = parser;
    }

    /** Reads the files of an input. */
    @FunctionalInterface
    private interface Parser {
        void parse(InputFolder folder);
    }

    /** Finds a target by its {@link #id}. */
    static FuzzTarget of(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_'));
    }

    /** Returns the name of its corpus and on the command line. */
    String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * Parses {@code input}, which may be anything.
     *
     * @throws AssertionError if the parser takes more than it may, or gives what cannot be
     * @throws RuntimeException if the parser throws what it does not declare
     */
    void accept(byte[] input) {
        try {
            parse(input);
        } catch (RuntimeException e) {
            if (!DECLARED.contains(e.getClass())) {
                throw e;
            }
        }
    }

    /** Parses {@code input}, which must be right. */
    void parse(byte[] input) {
        try (var folder = new InputFolder(firstFile, input)) {
            budget.hold(input.length, () -> parser.parse(folder));
        }
    }
}
