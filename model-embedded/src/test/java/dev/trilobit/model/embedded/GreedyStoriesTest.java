package dev.trilobit.model.embedded;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.trilobit.api.backend.BackendRequest;
import dev.trilobit.api.backend.DecoderSession;
import dev.trilobit.model.LanguageModel;
import dev.trilobit.model.ModelOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The trained models follow transformers' greedy text token for token. */
class GreedyStoriesTest {
    /** Rounding ties of int8 activations move logits by this much between correct programs. */
    private static final double INT8_TIE = 0.1;

    /** Float activations leave only the rounding of float32 sums. */
    private static final double FLOAT_TIE = 0.02;

    private static LanguageModel open(String name, int threads) {
        return LanguageModel.open(
                EmbeddedModels.open(name),
                ModelOptions.defaults()
                        .withBackend(BackendRequest.of("cpu-vector"))
                        .withBackendOptions(Map.of("threads", Integer.toString(threads))));
    }

    @Test
    void bitnetFollowsTransformers() throws IOException {
        try (LanguageModel model = open("bitnet", 2)) {
            for (GreedyRecord recorded : GreedyRecord.read("greedy-bitnet.txt")) {
                try (DecoderSession session = model.newDecoderSession()) {
                    recorded.assertFollowedBy(recorded.decode(session), 60, INT8_TIE);
                }
            }
        }
    }

    @Test
    void binaryFollowsTransformers() throws IOException {
        try (LanguageModel model = open("binary", 2)) {
            for (GreedyRecord recorded : GreedyRecord.read("greedy-binary.txt")) {
                try (DecoderSession session = model.newDecoderSession()) {
                    recorded.assertFollowedBy(recorded.decode(session), 0, FLOAT_TIE);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"bitnet", "binary"})
    void textIsTheSameForOneTwoAndFourThreads(String name) throws IOException {
        List<GreedyRecord> records = GreedyRecord.read("greedy-" + name + ".txt");
        var texts = new ArrayList<List<List<Integer>>>();
        for (int threads : new int[] {1, 2, 4}) {
            var decoded = new ArrayList<List<Integer>>();
            try (LanguageModel model = open(name, threads)) {
                for (GreedyRecord recorded : records) {
                    try (DecoderSession session = model.newDecoderSession()) {
                        decoded.add(recorded.decode(session));
                    }
                }
            }
            texts.add(decoded);
        }
        assertEquals(texts.get(0), texts.get(1), "1 and 2 threads");
        assertEquals(texts.get(0), texts.get(2), "1 and 4 threads");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bitnet", "binary"})
    void promptsAreEncodedAsRecorded(String name) throws IOException {
        try (LanguageModel model = open(name, 1)) {
            for (GreedyRecord recorded : GreedyRecord.read("greedy-" + name + ".txt")) {
                assertArrayEquals(
                        recorded.promptIds(), model.text().encodePrompt(recorded.prompt()));
            }
        }
    }
}
