package dev.trilobit.cli.bench;

import dev.trilobit.cli.io.UsageException;
import java.util.ArrayList;
import java.util.List;

/**
 * What is to be timed.
 *
 * @param promptTokens sizes of prompts; 0 for none
 * @param genTokens numbers of tokens to generate; 0 for none
 * @param stepTokens sizes of steps; 0 for none
 * @param depths tokens in the context before each of them
 */
record BenchPlan(
        List<Integer> promptTokens,
        List<Integer> genTokens,
        List<Integer> stepTokens,
        List<Integer> depths) {
    BenchPlan {
        promptTokens = wanted(promptTokens);
        genTokens = wanted(genTokens);
        stepTokens = withOne(wanted(stepTokens));
        depths = depths.stream().sorted().toList();
        if (promptTokens.isEmpty() && genTokens.isEmpty() && stepTokens.isEmpty()) {
            throw new UsageException(
                    "nothing to time: --prompt-tokens, --gen-tokens and --step-tokens are all 0");
        }
    }

    private static List<Integer> wanted(List<Integer> counts) {
        return counts.stream().filter(count -> count > 0).toList();
    }

    /** The cost of a step is told in steps of one token. */
    private static List<Integer> withOne(List<Integer> steps) {
        var all = new ArrayList<Integer>(steps);
        if (!steps.isEmpty() && !steps.contains(1)) {
            all.addFirst(1);
        }
        return List.copyOf(all);
    }

    /** Returns the tests at one depth. */
    List<TokenTest> tests(int depth) {
        var tests = new ArrayList<TokenTest>();
        promptTokens.forEach(n -> tests.add(new TokenTest(TokenTest.Kind.PROMPT, n, depth)));
        genTokens.forEach(n -> tests.add(new TokenTest(TokenTest.Kind.GENERATE, n, depth)));
        stepTokens.forEach(n -> tests.add(new TokenTest(TokenTest.Kind.STEP, n, depth)));
        return tests;
    }

    /** Returns the tokens that the longest test leaves in the context. */
    int contextTokens() {
        return depths.stream()
                .flatMap(depth -> tests(depth).stream())
                .mapToInt(BenchPlan::lastToken)
                .max()
                .orElseThrow();
    }

    private static int lastToken(TokenTest test) {
        try {
            return Math.addExact(test.depth(), test.appended());
        } catch (ArithmeticException e) {
            throw new UsageException(
                    "--depth and the tests: no context has as many tokens as %s needs"
                            .formatted(test.label()),
                    e);
        }
    }

    /** Returns the most tokens of a step that is timed. */
    int largestStep() {
        return stepTokens.stream().mapToInt(Integer::intValue).max().orElse(1);
    }
}
