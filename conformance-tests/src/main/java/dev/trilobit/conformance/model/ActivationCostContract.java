package dev.trilobit.conformance.model;

import dev.trilobit.api.program.Program;
import dev.trilobit.conformance.contract.BackendLogits;
import dev.trilobit.conformance.contract.Check;
import dev.trilobit.conformance.contract.Contract;
import dev.trilobit.conformance.contract.Trial;
import dev.trilobit.conformance.metric.Agreement;
import dev.trilobit.conformance.metric.PositionAgreement.Choice;
import dev.trilobit.conformance.metric.TeacherForcing;
import dev.trilobit.conformance.oracle.ReferenceDecoder;
import java.util.List;

/**
 * What it costs to round the activations of a model that was not trained so: a backend's logits
 * with rounded activations against the float64 oracle with float ones, teacher-forced, over the
 * full vocabulary. The cost is told, not judged: whether the backend rounds rightly is what {@link
 * ModelContract} finds, which compares it with the oracle of the rounded program.
 */
public final class ActivationCostContract implements Contract {
    /** Path of the rounded program. */
    public static final String PATH = "int8 activations";

    private static final int STEP = 64;

    private final ModelCase rounded;
    private final Program floats;
    private final TeacherForcing.Progress progress;

    /**
     * Tries a model.
     *
     * @param rounded with rounded activations
     * @param floats its program without the rounding
     * @param progress hears how far it is, from the thread that runs the check
     */
    public ActivationCostContract(
            ModelCase rounded, Program floats, TeacherForcing.Progress progress) {
        this.rounded = rounded;
        this.floats = floats;
        this.progress = progress;
    }

    @Override
    public String name() {
        return "model";
    }

    @Override
    public List<Check> checks() {
        return List.of(new Check(rounded.name() + ", int8 against float activations", this::run));
    }

    private void run(Trial trial) {
        int longest = rounded.chunks().stream().mapToInt(chunk -> chunk.length).max().orElseThrow();
        int step = Math.min(longest, STEP);
        var compiled =
                trial.compile(rounded.program(), rounded.weights(), trial.options(longest, step));
        double tieWidth = trial.subject().budget().limits(rounded.program()).tieWidth();
        Agreement cost =
                new TeacherForcing(rounded.chunks(), tieWidth)
                        .compare(
                                new ReferenceDecoder(floats, rounded.weights()),
                                List.of(new BackendLogits(compiled, step)),
                                progress)
                        .getFirst();
        trial.record(PATH, cost);
        trial.atMost("positions not finite", (double) cost.count(Choice.NOT_FINITE), 0);
        trial.note("KL(float oracle || int8 backend), mean nats", cost.forward().mean());
        trial.note("KL(int8 backend || float oracle), mean nats", cost.reverse().mean());
        trial.note("same top-1", cost.top1());
        trial.note("ratio of the perplexities", cost.loss().value() / cost.referenceLoss().value());
    }
}
