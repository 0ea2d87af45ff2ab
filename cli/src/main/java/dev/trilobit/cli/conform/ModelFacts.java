package dev.trilobit.cli.conform;

import dev.trilobit.conformance.contract.Budget;
import dev.trilobit.conformance.contract.LogitBudget;
import dev.trilobit.model.arch.ModelSummary;

/**
 * What a report says of a model.
 *
 * @param name what people call it
 * @param architecture {@code model_type} of its config.json
 * @param parameters numbers in its matrices
 * @param int8Activations whether linear layers round their input to int8
 * @param roundedByChoice whether some do so because the user asked for it
 * @param text where the tokens come from
 * @param sequences token sequences
 * @param tokens in all of them
 */
record ModelFacts(
        String name,
        String architecture,
        long parameters,
        boolean int8Activations,
        boolean roundedByChoice,
        String text,
        int sequences,
        long tokens) {
    static ModelFacts of(TriedModel model) {
        ModelSummary summary = ModelSummary.of(model.files().model());
        return new ModelFacts(
                model.name(),
                summary.architecture(),
                summary.parameters(),
                OracleWork.usesInt8(model.program()),
                model.roundedByChoice(),
                model.text(),
                model.chunks().size(),
                model.chunks().stream().mapToLong(chunk -> chunk.length).sum());
    }

    /** Returns the limits that a budget has for such a model. */
    LogitBudget limits(Budget budget) {
        return int8Activations ? budget.int8Activations() : budget.floatActivations();
    }
}
