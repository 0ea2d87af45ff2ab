package dev.trilobit.backend.cpu;

import java.util.ArrayList;
import java.util.List;

/**
 * Steps that follow each other and do each token on its own: a token goes through all of them while
 * its numbers are in the cache, and several threads share the tokens if there are many.
 */
final class TokenSteps implements Step, RowPool.Work {
    /** Below this many numbers, waking the helpers costs more than they save. */
    private static final long SHARED_NUMBERS = 32 * 1024;

    private final StepTokens tokens;
    private final RowPool pool;
    private final TokenStep[] steps;
    private final long numbers;

    private TokenSteps(SessionBuffers buffers, List<TokenStep> steps, long numbers) {
        this.tokens = buffers.tokens();
        this.pool = buffers.pool();
        this.steps = steps.toArray(TokenStep[]::new);
        this.numbers = numbers;
    }

    /**
     * Replaces every run of such steps by one step.
     *
     * @param widths elements a token of each step's result
     */
    static List<Step> joined(SessionBuffers buffers, List<Step> steps, List<Integer> widths) {
        var joined = new ArrayList<Step>();
        var run = new ArrayList<TokenStep>();
        long numbers = 0;
        for (int i = 0; i < steps.size(); i++) {
            if (steps.get(i) instanceof TokenStep step) {
                run.add(step);
                numbers += widths.get(i);
            } else {
                flush(buffers, run, numbers, joined);
                numbers = 0;
                joined.add(steps.get(i));
            }
        }
        flush(buffers, run, numbers, joined);
        return joined;
    }

    private static void flush(
            SessionBuffers buffers, List<TokenStep> run, long numbers, List<Step> to) {
        if (!run.isEmpty()) {
            to.add(new TokenSteps(buffers, run, numbers));
            run.clear();
        }
    }

    @Override
    public void run() {
        int count = tokens.count();
        if (count * numbers < SHARED_NUMBERS) {
            run(0, count, 0);
        } else {
            pool.run(this, count);
        }
    }

    @Override
    public void run(int from, int to, int worker) {
        for (int t = from; t < to; t++) {
            for (TokenStep step : steps) {
                step.run(t, t + 1, worker);
            }
        }
    }
}
