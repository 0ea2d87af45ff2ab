package dev.trilobit.model.text;

import dev.trilobit.model.file.ModelFormatException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** What a tokenizer is made of, whichever file it was read from. */
sealed interface TokenizerSource permits BytePairVocabulary, SentencePieceModel, TokenizerFile {
    /** Returns the file's name in messages. */
    String label();

    /** Returns the tokens that are matched as whole strings. */
    AddedTokens addedTokens();

    /**
     * Returns the pieces by id, which the caller may keep; an id without a piece has an empty one.
     */
    String[] pieces();

    /** Returns how pieces become text. */
    PieceDecoding decoding();

    /** Returns the ids that the file puts in front of a text; empty where it does not say. */
    Optional<List<Integer>> addedInFront();

    /** Returns the token that stands for characters the vocabulary lacks, if text may become it. */
    default OptionalInt unknown() {
        return OptionalInt.empty();
    }

    /**
     * Makes the encoder, which the caller closes.
     *
     * @throws ModelFormatException if the vocabulary is wrong
     * @throws IllegalStateException if a native library does not run on this machine
     */
    PieceEncoder newEncoder();
}
