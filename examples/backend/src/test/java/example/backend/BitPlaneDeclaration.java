package example.backend;

import dev.trilobit.conformance.contract.Budget;
import dev.trilobit.conformance.contract.Declaration;
import dev.trilobit.conformance.contract.LogitBudget;

/** Sums in double precision keep tighter limits than the suite asks of everybody. */
public final class BitPlaneDeclaration implements Declaration {
    @Override
    public String backendId() {
        return "bitplane";
    }

    @Override
    public Budget budget() {
        Budget float32 = Budget.float32();
        LogitBudget floats = float32.floatActivations();
        return new Budget(
                "f64 sums, rounded to f32 between ops; int8 activations round ties as f32 falls",
                float32.roundoff(),
                1e-13,
                new LogitBudget(
                        1e-12, 1e-12, floats.top1(), floats.worstChunkTop1(), floats.tieWidth()),
                float32.int8Activations());
    }
}
