package dev.trilobit.api.backend;

import dev.trilobit.api.program.Program;
import dev.trilobit.api.quant.WeightSource;
import java.util.List;

/** An open compute device that turns programs into something that runs. Safe for use by threads. */
public interface Backend extends AutoCloseable {
    /** Describes the device. */
    DeviceInfo device();

    /** Returns every reason why {@code program} cannot be compiled here; empty if it can. */
    List<Rejection> unsupported(Program program);

    /**
     * Prepares a program to run: repacks or wraps its weights and plans the step. The result may
     * keep references into {@code weights}, which must stay open until the result is closed.
     *
     * @throws UnsupportedProgramException if {@link #unsupported} is not empty
     * @throws IllegalArgumentException if an option is unknown or wrong, or a step or context is
     *     too large to be addressed here
     * @throws dev.trilobit.api.quant.UnusableWeightException if a weight is missing or differs from
     *     what the program says, or holds values no kernel can use (a number that is not finite, a
     *     ternary code of 3)
     * @throws BackendException if the device fails or memory does not suffice; nothing is left
     *     allocated
     */
    CompiledProgram compile(Program program, WeightSource weights, CompileOptions options);

    /**
     * Releases the device. Idempotent. Compiled programs are closed by their owner first; what the
     * other methods do afterwards is not defined.
     */
    @Override
    void close();
}
