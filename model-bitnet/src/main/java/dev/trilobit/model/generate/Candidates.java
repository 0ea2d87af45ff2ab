package dev.trilobit.model.generate;

import dev.trilobit.api.backend.BackendException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * The tokens that may still be chosen, with their scores, by rising id. Scores are f32 as the model
 * gave them, so that each step rounds as in transformers; probabilities are summed in f64. Nothing
 * is allocated after the first use of a filter.
 */
final class Candidates {
    private final int[] tokens;
    private final float[] scores;
    private int count;
    private float[] heap = {};
    private long[] order = {};

    /** Makes room for {@code vocabulary} tokens. */
    Candidates(int vocabulary) {
        tokens = new int[vocabulary];
        scores = new float[vocabulary];
    }

    /** Returns how many are left. */
    int count() {
        return count;
    }

    /** Returns the id of the candidate at {@code index}. */
    int token(int index) {
        return tokens[index];
    }

    /** Returns the score of the candidate at {@code index}. */
    float score(int index) {
        return scores[index];
    }

    /**
     * Starts over with all tokens. Until the first filter a token's index is its id.
     *
     * @param logits f32, one for each token
     * @throws IllegalArgumentException if the segment has another size
     * @throws BackendException if a score is NaN or positive infinity
     */
    void load(MemorySegment logits) {
        if (logits.byteSize() != (long) scores.length * Float.BYTES) {
            throw new IllegalArgumentException(
                    "logits: expected %d bytes for a vocabulary of %d, got %d"
                            .formatted(
                                    (long) scores.length * Float.BYTES,
                                    scores.length,
                                    logits.byteSize()));
        }
        MemorySegment.copy(logits, ValueLayout.JAVA_FLOAT, 0, scores, 0, scores.length);
        count = scores.length;
        for (int i = 0; i < count; i++) {
            if (!(scores[i] < Float.POSITIVE_INFINITY)) {
                throw new BackendException(
                        "the model's score of token %d is %s, expected a number: weights or backend are broken"
                                .formatted(i, scores[i]));
            }
            tokens[i] = i;
        }
    }

    /** Replaces the score of a token; only before the first filter. */
    void setScore(int token, float score) {
        scores[token] = score;
    }

    /**
     * Drops the tokens that can never come.
     *
     * @throws IllegalStateException if none is left
     */
    void dropImpossible() {
        keepAtLeast(-Float.MAX_VALUE);
        if (count == 0) {
            throw new IllegalStateException(
                    "no token is left to choose from: all %d have the score -Infinity after the logit bias"
                            .formatted(scores.length));
        }
    }

    /** Returns the index of the highest score, of equal ones the first. */
    int best() {
        int best = 0;
        for (int i = 1; i < count; i++) {
            if (scores[i] > scores[best]) {
                best = i;
            }
        }
        return best;
    }

    /** Drops all but one. */
    void keepOnly(int index) {
        keep(index, 0);
        count = 1;
    }

    /** Divides all scores. */
    void divide(float divisor) {
        for (int i = 0; i < count; i++) {
            scores[i] /= divisor;
        }
    }

    /** Keeps scores that are at least the {@code k}-th highest. */
    void topK(int k) {
        if (k < count) {
            keepAtLeast(kthHighest(k));
        }
    }

    /** Keeps tokens at least {@code share} times as likely as the likeliest. */
    void minP(double share) {
        float best = scores[best()];
        int kept = 0;
        for (int i = 0; i < count; i++) {
            if (scores[i] == best || (float) weight(i, best) >= (float) share) {
                keep(i, kept++);
            }
        }
        count = kept;
    }

    /**
     * Drops the least likely tokens while they together have at most the probability {@code 1 -
     * mass}; one always stays.
     */
    void topP(double mass) {
        float best = scores[best()];
        double total = 0;
        for (int i = 0; i < count; i++) {
            total += weight(i, best);
        }
        // Tokens this unlikely go without being sorted: all of them together stay under the limit.
        double hopeless = 0.999 * (1 - mass) * total / count;
        if (order.length < count) {
            order = new long[count];
        }
        double sum = 0;
        int sorted = 0;
        for (int i = 0; i < count; i++) {
            double weight = weight(i, best);
            if (weight < hopeless) {
                sum += (float) (weight / total);
            } else {
                order[sorted++] = rank(i);
            }
        }
        Arrays.sort(order, 0, sorted);
        // Each share, their sum and the limit are rounded to f32, as in transformers: this decides
        // when a limit falls between two tokens.
        float limit = (float) (1 - mass);
        int first = 0;
        while (first < sorted - 1) {
            sum += (float) (weight((int) order[first], best) / total);
            if ((float) sum > limit) {
                break;
            }
            first++;
        }
        keepFrom(order[first]);
    }

    /** Writes the softmax of the scores. */
    void softmax(Distribution into) {
        float best = scores[best()];
        into.clear();
        for (int i = 0; i < count; i++) {
            into.add(tokens[i], weight(i, best));
        }
        into.normalize();
    }

    private double weight(int index, float best) {
        return Math.exp((double) scores[index] - best);
    }

    /** A number that orders as the scores do, -0 as 0, and equal scores by index: its low half. */
    private long rank(int index) {
        int bits = Float.floatToIntBits(scores[index] + 0f);
        int ordered = bits ^ ((bits >> (Integer.SIZE - 1)) & Integer.MAX_VALUE);
        return ((long) ordered << Integer.SIZE) | index;
    }

    private void keepFrom(long lowest) {
        int kept = 0;
        for (int i = 0; i < count; i++) {
            if (rank(i) >= lowest) {
                keep(i, kept++);
            }
        }
        count = kept;
    }

    private void keepAtLeast(float lowest) {
        int kept = 0;
        for (int i = 0; i < count; i++) {
            if (scores[i] >= lowest) {
                keep(i, kept++);
            }
        }
        count = kept;
    }

    private void keep(int from, int to) {
        tokens[to] = tokens[from];
        scores[to] = scores[from];
    }

    /** Keeps the k highest in a heap whose root is the lowest of them. */
    private float kthHighest(int k) {
        if (heap.length < k) {
            heap = new float[k];
        }
        System.arraycopy(scores, 0, heap, 0, k);
        for (int i = k / 2 - 1; i >= 0; i--) {
            siftDown(i, k);
        }
        for (int i = k; i < count; i++) {
            if (scores[i] > heap[0]) {
                heap[0] = scores[i];
                siftDown(0, k);
            }
        }
        return heap[0];
    }

    private void siftDown(int from, int k) {
        int parent = from;
        float value = heap[parent];
        while (2 * parent + 1 < k) {
            int child = 2 * parent + 1;
            if (child + 1 < k && heap[child + 1] < heap[child]) {
                child++;
            }
            if (value <= heap[child]) {
                break;
            }
            heap[parent] = heap[child];
            parent = child;
        }
        heap[parent] = value;
    }
}
