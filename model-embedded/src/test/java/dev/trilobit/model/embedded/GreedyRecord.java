package dev.trilobit.model.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.trilobit.api.backend.DecoderSession;
import dev.trilobit.api.backend.LogitRows;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A greedy continuation recorded with transformers in float32.
 *
 * @param prompt text before it
 * @param ids token ids of prompt and continuation
 * @param margins difference of the two largest logits at each generated token
 */
record GreedyRecord(String prompt, List<Integer> ids, List<Double> margins) {
    /** Reads a resource of three lines a record: text, ids, margins. */
    static List<GreedyRecord> read(String resource) throws IOException {
        try (InputStream in = GreedyRecord.class.getResourceAsStream(resource)) {
            List<String> lines =
                    new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
            var records = new ArrayList<GreedyRecord>();
            for (int i = 0; i < lines.size(); i += 3) {
                records.add(
                        new GreedyRecord(
                                lines.get(i),
                                Arrays.stream(lines.get(i + 1).split(" "))
                                        .map(Integer::valueOf)
                                        .toList(),
                                Arrays.stream(lines.get(i + 2).split(" "))
                                        .map(Double::valueOf)
                                        .toList()));
            }
            return records;
        }
    }

    /** Ids of the prompt, the start token included. */
    int[] promptIds() {
        return ids.subList(0, ids.size() - margins.size()).stream()
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /** Ids of the continuation. */
    List<Integer> continuation() {
        return ids.subList(ids.size() - margins.size(), ids.size());
    }

    /** Decodes greedily from the prompt; returns as many tokens as were recorded. */
    List<Integer> decode(DecoderSession session) {
        var tokens = new ArrayList<Integer>();
        int[] prompt = promptIds();
        session.forward(Arrays.copyOf(prompt, prompt.length - 1), LogitRows.LAST);
        session.greedy(prompt[prompt.length - 1], margins.size(), tokens::add);
        return tokens;
    }

    /**
     * Asserts that {@code decoded} is the recorded continuation, but that from {@code firstSplit}
     * on it may leave it at a step whose margin is under {@code tie}.
     */
    void assertFollowedBy(List<Integer> decoded, int firstSplit, double tie) {
        assertEquals(margins.size(), decoded.size());
        for (int step = 0; step < decoded.size(); step++) {
            if (!decoded.get(step).equals(continuation().get(step))) {
                if (step >= firstSplit && margins.get(step) < tie) {
                    return;
                }
                assertEquals(
                        continuation().get(step),
                        decoded.get(step),
                        "'%s' step %d, margin %s".formatted(prompt, step, margins.get(step)));
            }
        }
    }
}
