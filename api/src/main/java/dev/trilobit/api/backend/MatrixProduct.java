package dev.trilobit.api.backend;

import dev.trilobit.api.program.ActivationQuant;
import dev.trilobit.api.program.Program;
import dev.trilobit.api.program.ProgramBuilder;
import dev.trilobit.api.program.WeightRef;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.api.quant.WeightFormat;
import dev.trilobit.api.quant.WeightSource;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Multiplies activations with a weight on a backend, outside of any model: {@code Y = X W^T}. Each
 * product compiles a program of its own, in which the rows of X are an embedding that a linear
 * layer reads; decoding a model is what {@link Backend#compile} is for.
 *
 * @param quant rounding of the activations before the product
 */
public record MatrixProduct(ActivationQuant quant) {
    private static final int STEP = 128;

    /**
     * Multiplies on the backend that {@code request} chooses, which is opened and closed again.
     *
     * @param activations X, dense, [n, cols]
     * @param weight W, of any format, [rows, cols]
     * @param arena owns the result
     * @return Y, f32, [n, rows]
     * @throws IllegalArgumentException if the shapes do not fit or {@code activations} are not
     *     dense
     * @throws dev.trilobit.api.quant.UnusableWeightException if a number is not finite or no kernel
     *     can use the weight
     * @throws BackendException if no backend is available, or it fails
     */
    public Weight multiply(BackendRequest request, Weight activations, Weight weight, Arena arena) {
        Backend backend = Backends.select(request, program(activations, weight)).backend();
        try (backend) {
            return multiply(backend, activations, weight, arena);
        }
    }

    /**
     * Multiplies on an open backend.
     *
     * @param activations X, dense, [n, cols]
     * @param weight W, of any format, [rows, cols]
     * @param arena owns the result
     * @return Y, f32, [n, rows]
     * @throws IllegalArgumentException if the shapes do not fit or {@code activations} are not
     *     dense
     * @throws dev.trilobit.api.quant.UnusableWeightException if a number is not finite or no kernel
     *     can use the weight
     * @throws BackendException if the backend cannot run this or fails
     */
    public Weight multiply(Backend backend, Weight activations, Weight weight, Arena arena) {
        Program program = program(activations, weight);
        int tokens = activations.shape().rows();
        int step = Math.min(tokens, STEP);
        long rowBytes = (long) weight.shape().rows() * Float.BYTES;
        MemorySegment products = arena.allocate(tokens * rowBytes, Long.BYTES);
        WeightSource source =
                (name, _) -> name.equals(weight.name()) ? weight : renamed(activations, name);
        var options = new CompileOptions(tokens, step, Map.of(), CompileProgress.NONE);
        try (CompiledProgram compiled = backend.compile(program, source, options);
                DecoderSession session = compiled.newSession()) {
            for (int first = 0; first < tokens; first += step) {
                int[] rows = IntStream.range(first, Math.min(first + step, tokens)).toArray();
                MemorySegment logits = session.forward(rows, LogitRows.ALL);
                copy(logits, products.asSlice(first * rowBytes, rows.length * rowBytes));
            }
        }
        return new Weight(
                weight.name(),
                new MatrixShape(tokens, weight.shape().rows()),
                new Dense(FloatType.F32),
                List.of(products));
    }

    private Program program(Weight activations, Weight weight) {
        if (!(activations.format() instanceof Dense)) {
            throw new IllegalArgumentException(
                    "%s: activations must be dense, got %s"
                            .formatted(activations.name(), activations.format().label()));
        }
        if (activations.shape().cols() != weight.shape().cols()) {
            throw new IllegalArgumentException(
                    "activations %s %s and weight %s %s must have as many columns"
                            .formatted(
                                    activations.name(),
                                    activations.shape(),
                                    weight.name(),
                                    weight.shape()));
        }
        var builder = new ProgramBuilder(activations.shape().rows());
        String name =
                activations.name().equals(weight.name())
                        ? activations.name() + " (activations)"
                        : activations.name();
        WeightFormat dense = activations.format();
        var rows = builder.embed(new WeightRef(name, activations.shape(), dense));
        builder.linear(rows, new WeightRef(weight.name(), weight.shape(), weight.format()), quant);
        return builder.build();
    }

    private static Weight renamed(Weight activations, String name) {
        return new Weight(name, activations.shape(), activations.format(), activations.planes());
    }

    /** Logits are in the machine's order, weights little-endian. */
    private static void copy(MemorySegment logits, MemorySegment out) {
        MemorySegment.copy(
                logits,
                ValueLayout.JAVA_FLOAT,
                0,
                out,
                ValueLayout.JAVA_FLOAT.withOrder(ByteOrder.LITTLE_ENDIAN),
                0,
                out.byteSize() / Float.BYTES);
    }
}
