package dev.trilobit.model.text;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A SentencePiece model of byte-pair encoding: the tokenizer of Llama 2 and of the models that took
 * it over. Control tokens are matched here as whole strings, symbols of users by the encoder, as
 * SentencePiece does it.
 *
 * @param label the file's name in messages
 * @param table the pieces
 * @param normalization the switches of the normalizer
 * @param characters the normalizer's replacements
 * @param extras where spaces go, and the tokens that other files add
 */
record SentencePieceModel(
        String label,
        PieceTable table,
        SentencePieceNormalizer.Rules normalization,
        CharacterMap characters,
        Extras extras)
        implements TokenizerSource {
    private static final Set<TokenKind> MATCHED_WHOLE =
            EnumSet.of(TokenKind.CONTROL, TokenKind.UNKNOWN);

    /**
     * What is not in the model itself.
     *
     * @param prefixing where a text gets the space in front
     * @param added further tokens; those with the id of a piece take its place
     * @param inFront the ids a text begins with
     */
    record Extras(
            SentencePieceEncoder.Prefixing prefixing,
            List<AddedToken> added,
            List<Integer> inFront) {
        Extras {
            added = List.copyOf(added);
            inFront = List.copyOf(inFront);
        }
    }

    @Override
    public AddedTokens addedTokens() {
        List<AddedToken> all = new ArrayList<>(table.added(MATCHED_WHOLE));
        for (AddedToken token : extras.added()) {
            all.removeIf(other -> other.id() == token.id());
            all.add(token);
        }
        return new AddedTokens(all);
    }

    @Override
    public String[] pieces() {
        String[] pieces = new String[table.size()];
        for (int id = 0; id < pieces.length; id++) {
            pieces[id] = table.piece(id);
        }
        return pieces;
    }

    @Override
    public PieceDecoding decoding() {
        return new PieceDecoding(
                false,
                true,
                List.of(
                        new PieceDecoding.Replacement(
                                String.valueOf(SentencePieceNormalizer.SPACE), " ")),
                leadingSpaces());
    }

    private int leadingSpaces() {
        if (normalization.collapseSpaces()) {
            return Integer.MAX_VALUE;
        }
        return normalization.spaceInFront() ? 1 : 0;
    }

    @Override
    public Optional<List<Integer>> addedInFront() {
        return Optional.of(extras.inFront());
    }

    @Override
    public OptionalInt unknown() {
        return table.first(TokenKind.UNKNOWN);
    }

    @Override
    public PieceEncoder newEncoder() {
        List<String> symbols = new ArrayList<>();
        for (int id = 0; id < table.size(); id++) {
            String piece = table.piece(id);
            if (table.kind(id) == TokenKind.USER_DEFINED && !piece.isEmpty()) {
                symbols.add(piece);
            }
        }
        var matched = new UserSymbols(symbols);
        return new SentencePieceEncoder(
                table,
                new SentencePieceNormalizer(normalization, characters, matched),
                matched,
                extras.prefixing());
    }
}
