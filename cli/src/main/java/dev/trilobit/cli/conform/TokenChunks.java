package dev.trilobit.cli.conform;

import dev.trilobit.cli.text.TokenizedText;
import dev.trilobit.model.text.TextCodec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Cuts documents into token sequences of one length, to score a model with. */
final class TokenChunks {
    /** A line with this alone separates documents. */
    private static final String DOCUMENT_END = "(?m)^<\\|endoftext\\|>$\\R?";

    private TokenChunks() {}

    /**
     * Returns the first sequences of a text; what does not fill one is dropped. Of several
     * documents every one gives its first sequence before any gives its second.
     *
     * @param most sequences wanted; fewer come from a short text, none from a very short one
     * @param chunkTokens tokens of each, with the model's start token if it has one
     */
    static List<int[]> cut(TextCodec codec, String text, int most, int chunkTokens) {
        List<List<int[]>> documents =
                Arrays.stream(text.split(DOCUMENT_END))
                        .map(document -> whole(codec, document, most, chunkTokens))
                        .toList();
        int rounds = documents.stream().mapToInt(List::size).max().orElse(0);
        var chunks = new ArrayList<int[]>();
        for (int round = 0; round < rounds; round++) {
            for (List<int[]> document : documents) {
                if (round < document.size() && chunks.size() < most) {
                    chunks.add(document.get(round));
                }
            }
        }
        return chunks;
    }

    private static List<int[]> whole(TextCodec codec, String document, int most, int chunkTokens) {
        return TokenizedText.of(document, codec).chunks(chunkTokens, most).stream()
                .filter(chunk -> chunk.length == chunkTokens)
                .toList();
    }
}
