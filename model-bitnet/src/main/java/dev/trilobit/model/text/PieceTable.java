package dev.trilobit.model.text;

import dev.trilobit.model.file.ModelFormatException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/** The tokens of a vocabulary by id: string, score, kind. Immutable. */
final class PieceTable {
    private final String[] pieces;
    private final float[] scores;
    private final TokenKind[] kinds;

    private PieceTable(Builder builder) {
        this.pieces = Arrays.copyOf(builder.pieces, builder.size);
        this.scores = Arrays.copyOf(builder.scores, builder.size);
        this.kinds = Arrays.copyOf(builder.kinds, builder.size);
    }

    int size() {
        return pieces.length;
    }

    String piece(int id) {
        return pieces[id];
    }

    float score(int id) {
        return scores[id];
    }

    TokenKind kind(int id) {
        return kinds[id];
    }

    /** Returns the strings by id; those of unused tokens are empty. */
    String[] decodable() {
        String[] decodable = pieces.clone();
        for (int id = 0; id < decodable.length; id++) {
            if (kind(id) == TokenKind.UNUSED) {
                decodable[id] = "";
            }
        }
        return decodable;
    }

    /** Returns the first token of a kind. */
    OptionalInt first(TokenKind kind) {
        for (int id = 0; id < kinds.length; id++) {
            if (kind(id) == kind) {
                return OptionalInt.of(id);
            }
        }
        return OptionalInt.empty();
    }

    /** Returns the tokens of some kinds as added ones; those of users are not special. */
    List<AddedToken> added(Set<TokenKind> wanted) {
        List<AddedToken> added = new ArrayList<>();
        for (int id = 0; id < pieces.length; id++) {
            TokenKind kind = kind(id);
            if (wanted.contains(kind) && !pieces[id].isEmpty()) {
                boolean special = kind != TokenKind.USER_DEFINED;
                added.add(new AddedToken(id, pieces[id], special, false, false, false));
            }
        }
        return added;
    }

    /** Collects the tokens in the order of their ids. */
    static final class Builder {
        /** More tokens are a broken or hostile file; the largest vocabularies have 262 144. */
        private static final int MOST = 1 << 22;

        private final String label;
        private String[] pieces = new String[1024];
        private float[] scores = new float[1024];
        private TokenKind[] kinds = new TokenKind[1024];
        private int size;

        /**
         * Begins a table.
         *
         * @param label the file's name in messages
         */
        Builder(String label) {
            this.label = label;
        }

        /**
         * Adds the next token.
         *
         * @throws ModelFormatException if there are too many, or the score is not a number
         */
        void add(String piece, float score, TokenKind kind) {
            if (size == MOST) {
                throw new ModelFormatException(label, "more than %d tokens".formatted(MOST));
            }
            if (Float.isNaN(score)) {
                throw new ModelFormatException(
                        label, "token %d \"%s\": its score is not a number".formatted(size, piece));
            }
            if (size == pieces.length) {
                pieces = Arrays.copyOf(pieces, 2 * size);
                scores = Arrays.copyOf(scores, 2 * size);
                kinds = Arrays.copyOf(kinds, 2 * size);
            }
            pieces[size] = piece;
            scores[size] = score + 0.0f; // -0 compares as 0
            kinds[size++] = kind;
        }

        /**
         * Ends the table.
         *
         * @throws ModelFormatException if there are no tokens
         */
        PieceTable build() {
            if (size == 0) {
                throw new ModelFormatException(label, "the vocabulary has no tokens");
            }
            return new PieceTable(this);
        }
    }
}
