package dev.trilobit.model;

import dev.trilobit.model.generate.StopStrings;
import dev.trilobit.model.generate.TokenSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** One generation: computes the prompt, then takes tokens until something ends it. */
final class Generator {
    private final TokenSource source;
    private final GenerationOptions options;
    private final GenerationListener listener;
    private final TextStream stream;
    private final StopStrings stopStrings;
    private final Set<Integer> endTokens;
    private final StringBuilder text = new StringBuilder();
    private final List<Integer> tokens = new ArrayList<>();
    private int generated;
    private boolean listening = true;
    private Optional<StopReason> reason = Optional.empty();

    /**
     * Prepares.
     *
     * @param source holds what comes before the prompt
     * @param stream turns the generated tokens into text
     * @param endTokens of the model
     */
    Generator(
            TokenSource source,
            TextStream stream,
            Set<Integer> endTokens,
            GenerationOptions options,
            GenerationListener listener) {
        this.source = source;
        this.options = options;
        this.listener = listener;
        this.stream = stream;
        this.stopStrings = new StopStrings(options.stopStrings());
        this.endTokens = new HashSet<>(endTokens);
        this.endTokens.addAll(options.stopTokens());
    }

    /**
     * Runs.
     *
     * @param prompt tokens to append first
     */
    GenerationResult run(int[] prompt) {
        source.begin(options.sampling());
        long start = System.nanoTime();
        boolean computed = source.prefill(prompt, () -> !interrupted());
        long prefilled = System.nanoTime();
        if (!computed) {
            reason = Optional.of(StopReason.CANCELLED);
        }
        while (reason.isEmpty()) {
            if (source.next(options.maxTokens() - generated, this::accept) == 0) {
                reason = Optional.of(StopReason.CONTEXT_FULL);
            }
        }
        say(stopStrings.accept(stream.flush()));
        say(stopStrings.flush());
        long end = System.nanoTime();
        return new GenerationResult(
                text.toString(),
                tokens,
                reason.orElseThrow(),
                new GenerationStats(
                        prompt.length,
                        generated,
                        Duration.ofNanos(prefilled - start),
                        Duration.ofNanos(end - prefilled)));
    }

    /** Takes a token; returns whether to go on. */
    private boolean accept(int token) {
        generated++;
        reason = endAfter(token);
        return reason.isEmpty();
    }

    private Optional<StopReason> endAfter(int token) {
        if (endTokens.contains(token)) {
            return Optional.of(StopReason.END_TOKEN);
        }
        tokens.add(token);
        say(stopStrings.accept(stream.accept(token)));
        if (stopStrings.found()) {
            return Optional.of(StopReason.STOP_STRING);
        }
        if (!listening || interrupted()) {
            return Optional.of(StopReason.CANCELLED);
        }
        return generated == options.maxTokens()
                ? Optional.of(StopReason.MAX_TOKENS)
                : Optional.empty();
    }

    private void say(String piece) {
        if (listening && !piece.isEmpty()) {
            text.append(piece);
            listening = listener.text(piece);
        }
    }

    /** The flag stays set: it is the caller's. */
    private static boolean interrupted() {
        return Thread.currentThread().isInterrupted();
    }
}
