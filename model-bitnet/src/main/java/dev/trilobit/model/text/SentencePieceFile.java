package dev.trilobit.model.text;

import dev.trilobit.model.file.ModelFormatException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * Reads a {@code tokenizer.model}, the {@code ModelProto} of sentencepiece_model.proto. Fields that
 * only training needs are passed over; what would change the result and is not supported is
 * refused.
 */
final class SentencePieceFile {
    private static final int BPE = 2;
    private static final List<String> MODEL_TYPES = List.of("0", "unigram", "bpe", "word", "char");

    private final String label;
    private final PieceTable.Builder pieces;
    private final List<String> problems = new ArrayList<>();
    private long modelType = 1;
    private boolean byteFallback;
    private boolean suffixSpaces;
    private long bos = 1;
    private long eos = 2;
    private boolean spaceInFront = true;
    private boolean collapseSpaces = true;
    private boolean escapeSpaces = true;
    private CharacterMap characters = CharacterMap.identity();
    private long denormalizer;

    private SentencePieceFile(String label) {
        this.label = label;
        this.pieces = new PieceTable.Builder(label);
    }

    /**
     * What the file says.
     *
     * @param table the pieces
     * @param normalization the switches of the normalizer
     * @param characters the normalizer's replacements
     * @param bosId the token that starts a text, -1 if the model has none
     * @param eosId the token that ends one, -1 if the model has none
     */
    record Content(
            PieceTable table,
            SentencePieceNormalizer.Rules normalization,
            CharacterMap characters,
            long bosId,
            long eosId) {
        OptionalInt bos() {
            return control(bosId);
        }

        OptionalInt eos() {
            return control(eosId);
        }

        /** The proto has defaults, 1 and 2, also where the vocabulary has no such tokens. */
        private OptionalInt control(long id) {
            return id >= 0 && id < table.size() && table.kind((int) id) == TokenKind.CONTROL
                    ? OptionalInt.of((int) id)
                    : OptionalInt.empty();
        }
    }

    /**
     * Reads a file.
     *
     * @throws ModelFormatException if it is no SentencePiece model of byte-pair encoding
     */
    static Content read(MemorySegment bytes, String label) {
        SentencePieceFile file = new SentencePieceFile(label);
        ProtobufReader model = ProtobufReader.of(bytes, label);
        while (model.next()) {
            switch (model.field()) {
                case 1 -> file.readPiece(model.message());
                case 2 -> file.readTrainer(model.message());
                case 3 -> file.readNormalizer(model.message());
                case 5 -> file.readDenormalizer(model.message());
                default -> {} // self-test data and what later versions add
            }
        }
        return file.checked();
    }

    private void readPiece(ProtobufReader message) {
        String piece = "";
        float score = 0;
        long kind = 1;
        while (message.next()) {
            switch (message.field()) {
                case 1 -> piece = message.string();
                case 2 -> score = message.float32();
                case 3 -> kind = message.varint();
                default -> {}
            }
        }
        long number = kind;
        pieces.add(
                piece,
                score,
                TokenKind.numbered(number)
                        .orElseThrow(
                                () ->
                                        new ModelFormatException(
                                                label,
                                                "a piece has the type %d, expected 1 to 6"
                                                        .formatted(number))));
    }

    private void readTrainer(ProtobufReader message) {
        while (message.next()) {
            switch (message.field()) {
                case 3 -> modelType = message.varint();
                case 24 -> suffixSpaces = message.flag();
                case 35 -> byteFallback = message.flag();
                case 41 -> bos = message.varint();
                case 42 -> eos = message.varint();
                default -> {}
            }
        }
    }

    private void readNormalizer(ProtobufReader message) {
        while (message.next()) {
            switch (message.field()) {
                case 2 -> characters = CharacterMap.read(message.slice(), label);
                case 3 -> spaceInFront = message.flag();
                case 4 -> collapseSpaces = message.flag();
                case 5 -> escapeSpaces = message.flag();
                default -> {}
            }
        }
    }

    private void readDenormalizer(ProtobufReader message) {
        while (message.next()) {
            if (message.field() == 2) {
                denormalizer = message.slice().byteSize();
            }
        }
    }

    private Content checked() {
        PieceTable table = pieces.build();
        if (modelType != BPE) {
            problems.add(
                    "the SentencePiece model is of the type %s, only bpe is supported"
                            .formatted(
                                    modelType >= 0 && modelType < MODEL_TYPES.size()
                                            ? MODEL_TYPES.get((int) modelType)
                                            : modelType));
        }
        if (suffixSpaces) {
            problems.add("treat_whitespace_as_suffix is not supported");
        }
        if (denormalizer > 0) {
            problems.add("a denormalizer is not supported");
        }
        if (table.first(TokenKind.UNKNOWN).isEmpty()) {
            problems.add("expected a piece of the type UNKNOWN");
        }
        if (byteFallback && table.first(TokenKind.BYTE).isEmpty()) {
            problems.add("byte_fallback is on and there are no pieces of the type BYTE");
        }
        if (!problems.isEmpty()) {
            throw new ModelFormatException(label, problems);
        }
        var rules = new SentencePieceNormalizer.Rules(spaceInFront, collapseSpaces, escapeSpaces);
        return new Content(table, rules, characters, bos, eos);
    }
}
