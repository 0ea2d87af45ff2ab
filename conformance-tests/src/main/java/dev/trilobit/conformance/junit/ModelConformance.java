package dev.trilobit.conformance.junit;

import dev.trilobit.conformance.contract.Contract;
import dev.trilobit.conformance.model.ModelCase;
import dev.trilobit.conformance.model.ModelContract;
import java.util.List;

/** Whole models against the float64 oracle: see {@link ModelContract}. */
public abstract class ModelConformance extends ContractTest {
    /** Tries the suite's random models, and those of {@link #models}. */
    protected ModelConformance() {
        super(ModelContract.random());
    }

    /**
     * Returns models to try besides the suite's random ones; none unless overridden. They stay open
     * while the tests run.
     */
    protected List<ModelCase> models() {
        return List.of();
    }

    @Override
    Contract contract() {
        return ModelContract.random().with(models());
    }
}
