package dev.trilobit.model.text;

import java.util.Optional;

/**
 * What a token of a vocabulary is for. Sources: {@code ModelProto.SentencePiece.Type} of
 * sentencepiece_model.proto, whose numbers {@code tokenizer.ggml.token_type} has taken over.
 */
enum TokenKind {
    /** Part of ordinary text. */
    NORMAL,
    /** Stands for what the vocabulary lacks. */
    UNKNOWN,
    /** Structure, never the result of a user's text. */
    CONTROL,
    /** Matched in text as a whole. */
    USER_DEFINED,
    /** Never a result; its parts are. */
    UNUSED,
    /** One byte, {@code <0xE2>}. */
    BYTE;

    /** Returns the kind with a file's number, 1 to 6; 0, "undefined", is an ordinary token. */
    static Optional<TokenKind> numbered(long number) {
        if (number < 0 || number > 6) {
            return Optional.empty();
        }
        return Optional.of(
                switch ((int) number) {
                    case 2 -> UNKNOWN;
                    case 3 -> CONTROL;
                    case 4 -> USER_DEFINED;
                    case 5 -> UNUSED;
                    case 6 -> BYTE;
                    default -> NORMAL;
                });
    }

    /** Returns the number in files: 1 to 6. */
    int number() {
        return switch (this) {
            case NORMAL -> 1;
            case UNKNOWN -> 2;
            case CONTROL -> 3;
            case USER_DEFINED -> 4;
            case UNUSED -> 5;
            case BYTE -> 6;
        };
    }
}
