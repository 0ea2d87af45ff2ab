package dev.trilobit.cli.bench.kernels;

import dev.trilobit.api.backend.Backend;
import dev.trilobit.api.backend.CompileOptions;
import dev.trilobit.api.backend.CompileProgress;
import dev.trilobit.api.backend.CompiledProgram;
import dev.trilobit.api.program.ActivationQuant;
import dev.trilobit.api.program.Program;
import dev.trilobit.api.program.ProgramBuilder;
import dev.trilobit.api.program.Value;
import dev.trilobit.api.program.WeightRef;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.MatrixShape;
import java.util.Map;

/**
 * The matrices of a case as a program without attention: rows of an embedding are the input, as in
 * {@link dev.trilobit.api.backend.MatrixProduct}.
 *
 * @param kernel format of the matrices
 * @param chain their shapes
 */
record KernelProgram(KernelFormat kernel, MatrixChain chain) {
    /** Rows of the input; tokens take turns among them. */
    static final int ROWS = 64;

    private static final String INPUT = "input";

    /** Returns the program. */
    Program program() {
        var builder = new ProgramBuilder(ROWS);
        var shape = new MatrixShape(ROWS, chain.inputs());
        Value value = builder.embed(new WeightRef(INPUT, shape, new Dense(FloatType.F32)));
        for (int i = 0; i < chain.matrices().size(); i++) {
            var weight = new WeightRef("matrix-" + i, chain.matrices().get(i), kernel.format());
            ActivationQuant quant = kernel.activations();
            value = builder.linear(value, weight, quant);
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

    /** Returns the bytes of the matrices, without the input, as the backend holds them. */
    long heldBytes(CompiledProgram compiled) {
        return compiled.traffic().weightBytes() - (long) chain.inputs() * Float.BYTES;
    }
}
