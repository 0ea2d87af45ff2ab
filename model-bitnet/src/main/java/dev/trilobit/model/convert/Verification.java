package dev.trilobit.model.convert;

import dev.trilobit.api.program.Op;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.model.arch.DecoderModel;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/**
 * Compares a model with what was written of it, as a reader sees it: the program op by op and the
 * numbers one by one.
 */
final class Verification {
    private final DecoderModel source;
    private final DecoderModel written;
    private final List<ConversionReport.Change> changes = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private long exactWeights;

    /**
     * Compares the programs.
     *
     * @throws IllegalStateException if they differ in more than formats: an error of this program
     */
    Verification(DecoderModel source, DecoderModel written) {
        this.source = source;
        this.written = written;
        List<Op> before = source.program().ops();
        List<Op> after = written.program().ops();
        if (before.size() != after.size()) {
            throw wrong("%d ops became %d".formatted(before.size(), after.size()));
        }
        for (int i = 0; i < before.size(); i++) {
            requireSame(before.get(i), after.get(i));
        }
    }

    private static IllegalStateException wrong(String what) {
        return new IllegalStateException(
                "what was written is not the model that was read: " + what);
    }

    private static void requireSame(Op before, Op after) {
        boolean same =
                switch (before) {
                    case Op.Embed _, Op.Linear _ ->
                            before.getClass() == after.getClass()
                                    && before.out().equals(after.out())
                                    && before.inputs().equals(after.inputs());
                    case Op.RmsNorm norm ->
                            after instanceof Op.RmsNorm other
                                    && norm.in().equals(other.in())
                                    && norm.epsilon() == other.epsilon();
                    case Op.Rope _, Op.Attend _, Op.Gate _, Op.Add _ -> before.equals(after);
                };
        if (!same) {
            throw wrong("%s became %s".formatted(before, after));
        }
    }

    /**
     * Notes where activations are rounded otherwise than in the source.
     *
     * @throws IllegalStateException if that is not what was foreseen: an error of this program
     */
    void noteRounding(RoundedInputs planned) {
        RoundedInputs found = RoundedInputs.of(source.program(), written.program());
        if (!found.equals(planned)) {
            throw wrong("expected %s, got %s".formatted(planned, found));
        }
        notes.addAll(found.notes());
    }

    /** Compares the numbers of one matrix. */
    void compare(PlannedPart part) {
        try (Arena arena = Arena.ofShared()) {
            Weight before = source.weights().weight(part.part().source().name(), arena);
            Weight after = written.weights().weight(part.module() + ".weight", arena);
            WeightComparison compared = WeightComparison.of(before, after);
            if (compared.different() == 0) {
                exactWeights += compared.weights();
                return;
            }
            if (!part.mayRound()) {
                throw wrong(
                        "%d of %d numbers of %s differ"
                                .formatted(
                                        compared.different(), compared.weights(), part.module()));
            }
            changes.add(
                    new ConversionReport.Change(
                            part.part().source().name(),
                            part.encoding().label(),
                            compared.weights(),
                            compared.different(),
                            compared.largestError(),
                            compared.relativeError()));
        }
    }

    long exactWeights() {
        return exactWeights;
    }

    List<ConversionReport.Change> changes() {
        return changes;
    }

    List<String> notes() {
        return notes;
    }
}
