package dev.trilobit.cli.bench;

import dev.trilobit.cli.io.UsageException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What is to be timed.
 *
 * @param promptTokens sizes of prompts; 0 for none
 * @param genTokens numbers of tokens to generate; 0 for none
 * @param stepTokens sizes of steps; 0 for none
 * @param depths tokens in the context before each of them
 * @param batch most tokens of one step of a prompt
 */
record BenchPlan(
        List<Integer> promptTokens,
        List<Integer> genTokens,
        List<Integer> stepTokens,
        List<Integer> depths,
        int batch) {
    /** As {@code trilobit conform} has it. */
    private static final int CHECKED_STEP = 64;

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

    /** Returns the most tokens of one forward. */
    int largestStep() {
        return stepTokens.stream().mapToInt(Integer::intValue).reduce(batch, Math::max);
    }

    /**
     * Returns the tokens of a forward for the logits that all others are compared with: as many as
     * the conformance runner takes, or fewer, so that no test had the same; one if every other
     * number was timed.
     */
    int checkedStep() {
        int most = Math.min(Math.min(CHECKED_STEP, largestStep()), contextTokens());
        Set<Integer> timed =
                depths.stream()
                        .flatMap(depth -> tests(depth).stream())
                        .map(test -> test.stepTokens(batch))
                        .collect(Collectors.toSet());
        return IntStream.iterate(most, step -> step > 0, step -> step - 1)
                .filter(step -> !timed.contains(step))
                .findFirst()
                .orElse(most);
    }
}
