package dev.trilobit.model;

import dev.trilobit.model.generate.SamplerSettings;
import dev.trilobit.model.generate.SessionTokenSource;
import dev.trilobit.model.generate.ToySession;
import java.util.List;
import java.util.Map;

/** Sources of scripted tokens for tests: after a text that ends so, this is said. */
final class Recital {
    static final int STEP = 8;

    /** Greedy, as the scripts want it. */
    static final GenerationOptions OPTIONS =
            GenerationOptions.defaults().withSampling(SamplerSettings.greedy());

    private Recital() {}

    /** A session that says {@code script} after each prompt of {@code promptTokens}, then ends. */
    static ToySession after(int promptTokens, String script, int context) {
        return new ToySession(
                context,
                STEP,
                tokens -> {
                    int at = tokens.size() - promptTokens;
                    return ToySession.peak(
                            at >= 0 && at < script.length() ? script.charAt(at) : CharText.END,
                            CharText.VOCABULARY);
                });
    }

    /**
     * A session that answers: when the tokens end with a key and a beginning of its value, the next
     * character of the value comes; then the end token.
     */
    static ToySession answering(Map<List<Integer>, String> answers, int context) {
        return new ToySession(
                context,
                STEP,
                tokens -> ToySession.peak(next(answers, tokens), CharText.VOCABULARY));
    }

    private static int next(Map<List<Integer>, String> answers, List<Integer> tokens) {
        for (Map.Entry<List<Integer>, String> entry : answers.entrySet()) {
            List<Integer> key = entry.getKey();
            String answer = entry.getValue();
            for (int said = 0; said < answer.length(); said++) {
                int end = tokens.size() - said;
                if (end >= key.size()
                        && tokens.subList(end - key.size(), end).equals(key)
                        && tokens.subList(end, tokens.size())
                                .equals(CharText.ids(answer.substring(0, said)))) {
                    return answer.charAt(said);
                }
            }
        }
        return CharText.END;
    }

    static SessionTokenSource source(ToySession session) {
        return new SessionTokenSource(session, CharText.VOCABULARY, STEP);
    }
}
