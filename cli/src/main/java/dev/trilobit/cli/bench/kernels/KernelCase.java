package dev.trilobit.cli.bench.kernels;

/**
 * One multiplication.
 *
 * @param format of the matrices
 * @param chain their shapes
 * @param tokens rows of the input: M
 */
record KernelCase(KernelFormat format, MatrixChain chain, int tokens) {
    /** Returns the name that {@code --filter} looks at. */
    String label() {
        return "%s %s m%d".formatted(format.label(), chain.label(), tokens);
    }

    /** Returns the case of the dense 16-bit format. */
    KernelCase baseline() {
        return new KernelCase(KernelFormat.BASELINE, chain, tokens);
    }
}
