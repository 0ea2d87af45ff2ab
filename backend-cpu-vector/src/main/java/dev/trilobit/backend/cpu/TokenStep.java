package dev.trilobit.backend.cpu;

/** A step that does each token on its own. A unit of work is a token. */
interface TokenStep extends Step, RowPool.Work {
    /** The tokens it works on. */
    StepTokens tokens();

    @Override
    default void run() {
        run(0, tokens().count(), 0);
    }
}
