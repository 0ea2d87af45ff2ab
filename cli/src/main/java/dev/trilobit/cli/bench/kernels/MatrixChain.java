package dev.trilobit.cli.bench.kernels;

import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.cli.io.UsageException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Matrices that are multiplied one after the other.
 *
 * @param label as users write it
 * @param matrices each has as many columns as the one before has rows
 */
record MatrixChain(String label, List<MatrixShape> matrices) {
    MatrixChain {
        matrices = List.copyOf(matrices);
    }

    /**
     * Reads shapes.
     *
     * @param text {@code ROWSxCOLS} for one matrix, {@code INxHIDDENxOUT} for two; several
     *     separated by commas
     * @throws UsageException if it is malformed
     */
    static List<MatrixChain> parse(String text) {
        return Arrays.stream(text.split(",", -1)).map(part -> one(part.strip(), text)).toList();
    }

    private static MatrixChain one(String part, String text) {
        var extents = new ArrayList<Integer>();
        for (String number : part.split("x", -1)) {
            if (!number.matches("[1-9]\\d{0,6}")) {
                throw wrong(part, text);
            }
            extents.add(Integer.valueOf(number));
        }
        if (extents.size() == 2) {
            return new MatrixChain(
                    part, List.of(new MatrixShape(extents.getFirst(), extents.getLast())));
        }
        if (extents.size() != 3) {
            throw wrong(part, text);
        }
        return new MatrixChain(
                part,
                List.of(
                        new MatrixShape(extents.get(1), extents.get(0)),
                        new MatrixShape(extents.get(2), extents.get(1))));
    }

    private static UsageException wrong(String part, String text) {
        return new UsageException(
                "--shape: expected ROWSxCOLS such as 4096x4096, or INxHIDDENxOUT, got '%s' in '%s'"
                        .formatted(part, text));
    }

    /** Returns the width of the input. */
    int inputs() {
        return matrices.getFirst().cols();
    }

    /** Returns the weights of all matrices. */
    long weights() {
        return matrices.stream().mapToLong(MatrixShape::elements).sum();
    }
}
