package dev.trilobit.cli.bench.kernels;

import dev.trilobit.api.backend.Backend;
import dev.trilobit.api.backend.CompileOptions;
import dev.trilobit.api.backend.CompileProgress;
import dev.trilobit.api.backend.CompiledProgram;
import dev.trilobit.api.program.Program;
import dev.trilobit.api.program.ProgramBuilder;
import dev.trilobit.api.program.Value;
import dev.trilobit.api.program.WeightRef;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.cli.bench.measure.ReadLoop;
import java.util.Map;

/**
 * The matrices of a case as a program without attention: rows of an embedding are the input, as in
 * {@link dev.trilobit.api.backend.MatrixProduct}.
 *
 * @param kernel format of the matrices
 * @param chain their shapes
 * @param copies of all matrices, with other weights; a step goes through each once, so that enough
 *     of them come from memory as in a model
 */
record KernelProgram(KernelFormat kernel, MatrixChain chain, int copies) {
    /** Rows of the input; tokens take turns among them. */
    static final int ROWS = 64;

    /** More than the caches of most processors hold, as of the read loop. */
    private static final long STREAMED_BYTES = ReadLoop.BYTES;

    /** Of tiny matrices so many stay in the caches whatever is done. */
    private static final int MOST_COPIES = 256;

    private static final String INPUT = "input";

    /** Returns the copies of a case that no cache holds together. */
    static int streamedCopies(KernelFormat kernel, MatrixChain chain) {
        long bytes = chain.matrices().stream().mapToLong(kernel.format()::byteSize).sum();
        return (int) Math.min(Math.ceilDiv(STREAMED_BYTES, bytes), MOST_COPIES);
    }

    /** Returns the program. */
    Program program() {
        var builder = new ProgramBuilder(ROWS);
        var shape = new MatrixShape(ROWS, chain.inputs());
        var input = new WeightRef(INPUT, shape, new Dense(FloatType.F32));
        int made = 0;
        for (int copy = 0; copy < copies; copy++) {
            // Each copy has an input of its own, which is copied and rounded for it.
            Value value = builder.embed(input);
            for (MatrixShape matrix : chain.matrices()) {
                var weight = new WeightRef("matrix-" + made++, matrix, kernel.format());
                value = builder.linear(value, weight, kernel.activations());
            }
        }
        return builder.build();
    }

    /** Compiles it with random weights, which are gone afterwards unless read in place. */
    CompiledProgram compile(Backend backend, int mostTokens, Map<String, String> options) {
        Program program = program();
        var source = new RandomWeights(program.weights());
        // Without attention no position is kept; the session only counts them.
        var how = new CompileOptions(mostTokens, mostTokens, options, CompileProgress.NONE);
        return backend.compile(program, source, how);
    }

    /** Returns the bytes of one copy, without the input, as the backend holds them. */
    long heldBytes(CompiledProgram compiled) {
        long inputs = (long) copies * chain.inputs() * Float.BYTES;
        return (compiled.traffic().weightBytes() - inputs) / copies;
    }
}
