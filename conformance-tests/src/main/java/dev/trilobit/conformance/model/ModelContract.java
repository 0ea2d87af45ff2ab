package dev.trilobit.conformance.model;

import dev.trilobit.api.backend.CompiledProgram;
import dev.trilobit.conformance.contract.BackendLogits;
import dev.trilobit.conformance.contract.Check;
import dev.trilobit.conformance.contract.Contract;
import dev.trilobit.conformance.contract.LogitBudget;
import dev.trilobit.conformance.contract.Trial;
import dev.trilobit.conformance.metric.Agreement;
import dev.trilobit.conformance.metric.PositionAgreement.Choice;
import dev.trilobit.conformance.metric.Spread;
import dev.trilobit.conformance.metric.TeacherForcing;
import dev.trilobit.conformance.oracle.ReferenceDecoder;
import java.util.List;
import java.util.stream.Stream;

/**
 * Whole models against the float64 oracle, teacher-forced, over the full vocabulary: {@code
 * prefill} in steps of many tokens and {@code decode} in steps of one, one check a model. The
 * limits are the subject's budget for the model's activations; the measures are those published for
 * MLX's 1-bit kernels (KL divergence each way, top-1 share in the mean and in the worst sequence).
 * A model that multiplies roundings gets the wider limits of {@link Conditioning}.
 */
public final class ModelContract implements Contract {
    /** Path of steps of many tokens. */
    public static final String PREFILL = "prefill";

    /** Path of steps of one token. */
    public static final String DECODE = "decode";

    /** Name of what roundings to f32 alone do to the oracle's logits. */
    static final String ROUNDINGS = "KL(oracle || oracle with results rounded to f32)";

    /** Tokens of a prefill step: longer sequences also go on from a filled cache. */
    private static final int PREFILL_STEP = 64;

    /** Single-token steps and prompts that MLX's published decode figures rest on. */
    private static final int PUBLISHED_STEPS = 113;

    private static final int PUBLISHED_PROMPTS = 5;

    /** A divergence is not negative: below the rounding of its own sum it is a mistake in it. */
    private static final double NEGATIVE_DIVERGENCE = -1e-12;

    private static final int MOST_NAMED = 3;

    private final List<TriedModel> models;
    private final TeacherForcing.Progress progress;

    /**
     * Tries given models.
     *
     * @param models at least one; their names differ
     * @param progress hears how far each model is, from the thread that runs the check
     */
    public ModelContract(List<ModelCase> models, TeacherForcing.Progress progress) {
        this(progress, models.stream().map(TriedModel::of).toList());
    }

    private ModelContract(TeacherForcing.Progress progress, List<TriedModel> models) {
        if (models.isEmpty()) {
            throw new IllegalArgumentException("no models to try");
        }
        List<String> names = models.stream().map(TriedModel::name).toList();
        if (names.stream().distinct().count() != names.size()) {
            throw new IllegalArgumentException("names of models must differ, got " + names);
        }
        this.models = models;
        this.progress = progress;
    }

    /** Tries the suite's own random models: every kind of decoder, several formats and sizes. */
    public static ModelContract random() {
        return new ModelContract(TeacherForcing.Progress.NONE, RandomModels.all());
    }

    /** Returns a contract on these models and {@code more}; their names differ. */
    public ModelContract with(List<ModelCase> more) {
        return new ModelContract(
                progress,
                Stream.concat(models.stream(), more.stream().map(TriedModel::of)).toList());
    }

    @Override
    public String name() {
        return "model";
    }

    @Override
    public List<Check> checks() {
        return models.stream()
                .map(model -> new Check(model.name(), trial -> run(trial, model.open(trial))))
                .toList();
    }

    private void run(Trial trial, ModelCase model) {
        int longest = model.chunks().stream().mapToInt(chunk -> chunk.length).max().orElseThrow();
        int step = Math.min(longest, PREFILL_STEP);
        CompiledProgram compiled =
                trial.compile(model.program(), model.weights(), trial.options(longest, step));
        LogitBudget budget = trial.subject().budget().limits(model.program());
        var oracle = new ReferenceDecoder(model.program(), model.weights());
        var forcing = new TeacherForcing(model.chunks(), budget.tieWidth());
        // One walk of the oracle serves both paths.
        List<Agreement> agreements =
                forcing.compare(
                        oracle,
                        List.of(new BackendLogits(compiled, step), new BackendLogits(compiled, 1)),
                        progress);
        if (misses(agreements.get(0), budget.prefillDivergence())
                || misses(agreements.get(1), budget.decodeDivergence())) {
            // Is it the backend, or does the model multiply whatever roundings there are?
            Agreement rounded =
                    forcing.compare(oracle, List.of(oracle.rounding()), progress).getFirst();
            trial.note(ROUNDINGS + ", mean nats", rounded.forward().mean());
            budget = Conditioning.widened(budget, rounded);
            double tieWidth = budget.tieWidth();
            agreements = agreements.stream().map(one -> one.withTieWidth(tieWidth)).toList();
        }
        judge(trial, PREFILL, agreements.get(0), budget, budget.prefillDivergence());
        judge(trial, DECODE, agreements.get(1), budget, budget.decodeDivergence());
        judgeExtent(trial, PREFILL, model, agreements.get(0));
        judgeExtent(trial, DECODE, model, agreements.get(1));
    }

    private static boolean misses(Agreement agreement, double divergence) {
        return !(agreement.forward().mean() <= divergence)
                || !(agreement.reverse().mean() <= divergence)
                || agreement.count(Choice.DIFFERENT) > 0;
    }

    /** Holds what was found of one path to its limits. */
    static void judge(
            Trial trial, String path, Agreement agreement, LogitBudget budget, double divergence) {
        trial.record(path, agreement);
        // NaN passes none of these limits; nothing below takes a maximum before they are judged.
        trial.atMost(path + ": positions not finite", count(agreement, Choice.NOT_FINITE), 0);
        judgeDivergence(trial, path + ": KL(oracle || backend)", agreement.forward(), divergence);
        judgeDivergence(trial, path + ": KL(backend || oracle)", agreement.reverse(), divergence);
        trial.atLeast(path + ": top-1 share", agreement.top1(), budget.top1());
        trial.atLeast(
                path + ": top-1 share of the worst sequence",
                agreement.worstChunkTop1(),
                budget.worstChunkTop1());
        trial.note(path + ": ties", count(agreement, Choice.TIED));
        trial.atMost(path + ": other choices", count(agreement, Choice.DIFFERENT), 0);
        agreement.positions().stream()
                .filter(position -> isWrong(position.choice()))
                .limit(MOST_NAMED)
                .forEach(position -> trial.fail(path + ": " + position));
        double expected = agreement.referenceLoss().value();
        double perplexity = agreement.loss().value();
        trial.note(path + ": perplexity by the oracle", expected);
        trial.note(path + ": perplexity", perplexity);
        trial.note(path + ": ratio of the perplexities", perplexity / expected);
    }

    private static double count(Agreement agreement, Choice choice) {
        return (double) agreement.count(choice);
    }

    private static boolean isWrong(Choice choice) {
        return switch (choice) {
            case SAME, TIED -> false;
            case DIFFERENT, NOT_FINITE -> true;
        };
    }

    private static void judgeDivergence(Trial trial, String name, Spread nats, double limit) {
        trial.atMost(name + ", mean nats", nats.mean(), limit);
        trial.atLeast(name + ", mean nats, not negative", nats.mean(), NEGATIVE_DIVERGENCE);
        trial.note(name + ", 99th percentile", nats.p99());
        trial.note(name + ", largest", nats.max());
    }

    /** A path that skipped positions, or sequences, would be judged by the others alone. */
    private static void judgeExtent(
            Trial trial, String path, ModelCase model, Agreement agreement) {
        int tokens = model.chunks().stream().mapToInt(chunk -> chunk.length).sum();
        trial.atLeast(path + ": positions", agreement.positions().size(), tokens);
        trial.atLeast(path + ": sequences", agreement.top1ByChunk().size(), model.chunks().size());
        if (tokens < PUBLISHED_STEPS || model.chunks().size() < PUBLISHED_PROMPTS) {
            trial.note(
                    path
                            + ": fewer positions than the %d of %d sequences of the published figures"
                                    .formatted(PUBLISHED_STEPS, PUBLISHED_PROMPTS),
                    tokens);
        }
    }
}
