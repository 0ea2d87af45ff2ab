package dev.trilobit.cli.perplexity;

import dev.trilobit.cli.io.TokenCount;
import dev.trilobit.cli.io.UsageException;
import dev.trilobit.cli.text.TokenizedText;
import java.util.List;

/**
 * Which tokens of a text are scored, and what comes before each of them; a perplexity means nothing
 * without it. Both ways are those of llama.cpp's {@code perplexity} tool
 * (tools/perplexity/perplexity.cpp), so that figures can be compared with published ones.
 *
 * <p>Without a stride: the text, encoded at once with the start token in front, is cut into chunks;
 * what does not fill a chunk is dropped. Every chunk is run by itself, its first token replaced by
 * the start token if the model wants one. The logits at positions {@code n/2} to {@code n-2} of a
 * chunk of n are scored on the token that follows, so that every scored token has at least half a
 * chunk before it. That tool wants two chunks at least; here one will do.
 *
 * <p>With a stride ({@code --ppl-stride} there): windows of n tokens that begin {@code stride}
 * tokens apart, none replaced by the start token; the last {@code stride} tokens of each are
 * scored, and the last window ends before the text does. That tool's {@code perplexity_v2} raises
 * its context first, to a multiple of its batch and by half a stride: n is the "calculation chunk"
 * that it prints, not its {@code -c}. It prints no standard error then.
 *
 * @param chunkTokens length of a chunk or window
 * @param stride tokens from one window to the next; 0 for chunks
 */
record Counting(int chunkTokens, int stride) {
    /** The shortest chunk whose second half has a token to score. */
    private static final int SHORTEST_CHUNK = 3;

    Counting {
        if (chunkTokens < SHORTEST_CHUNK) {
            throw new UsageException(
                    "--chunk: expected a number from %d, since the second half of a chunk is scored, got %d"
                            .formatted(SHORTEST_CHUNK, chunkTokens));
        }
        if (stride < 0 || stride >= chunkTokens) {
            throw new UsageException(
                    "--stride: expected a number from 1 to %d, below the chunk of %d, got %d"
                            .formatted(chunkTokens - 1, chunkTokens, stride));
        }
    }

    /**
     * Returns the token sequences to run, each from an empty cache.
     *
     * @param most of them
     * @throws UsageException if the text is too short for one
     */
    List<int[]> sequences(TokenizedText text, int most) {
        List<int[]> sequences =
                stride > 0
                        ? text.windows(chunkTokens, stride, most)
                        : text.chunks(chunkTokens, Math.min(most, text.size() / chunkTokens));
        if (sequences.isEmpty()) {
            int longest = text.size() - (stride > 0 ? 1 : 0);
            throw new UsageException(
                    "--text: %s are too few for a chunk of %d; %s"
                            .formatted(
                                    TokenCount.text(text.size()),
                                    chunkTokens,
                                    longest < SHORTEST_CHUNK
                                            ? "give a longer text"
                                            : "give a longer text, or --chunk %d or less"
                                                    .formatted(longest)));
        }
        return sequences;
    }

    /** Returns the position in a sequence of the first token that is scored. */
    int firstScored() {
        return stride > 0 ? chunkTokens - stride : chunkTokens / 2 + 1;
    }

    /** Returns what was scored, such as {@code 97 chunks of 512}. */
    String text(int sequences) {
        String number = TokenCount.number(sequences);
        return stride > 0
                ? "%s %s of %d, stride %d"
                        .formatted(number, plural("window", sequences), chunkTokens, stride)
                : "%s %s of %d".formatted(number, plural("chunk", sequences), chunkTokens);
    }

    private static String plural(String noun, int number) {
        return number == 1 ? noun : noun + "s";
    }
}
