package dev.trilobit.model.arch;

import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.ScaleGranularity;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.api.quant.TernaryPacking;
import dev.trilobit.api.quant.WeightFormat;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Puts the rows of a query or key projection into the order of Hugging Face, and back, where
 * element i of the first half of a head turns with element i of the second. The converter of
 * llama.cpp stores the two next to each other in files of Llama: row {@code 2 i + half} of a head
 * is row {@code half * headDim / 2 + i}. Source: {@code permute} in {@code convert_hf_to_gguf.py}.
 *
 * @param headDim rows of a head, even
 */
public record RotaryRows(int headDim) {
    /**
     * Copies the rows in the order of Hugging Face. Whole rows move, so that each format keeps its
     * numbers as they are.
     *
     * @param shape rows are a multiple of a head's
     * @param planes of a format whose rows lie one after another
     */
    public List<MemorySegment> restore(
            WeightFormat format, MatrixShape shape, List<MemorySegment> planes, Arena arena) {
        return move(format, planes, plane -> gather(plane, shape.rows(), arena));
    }

    /**
     * Copies the rows in the order of llama.cpp: the inverse of {@link #restore}.
     *
     * @param shape rows are a multiple of a head's
     * @param planes of a format whose rows lie one after another
     */
    public List<MemorySegment> store(
            WeightFormat format, MatrixShape shape, List<MemorySegment> planes, Arena arena) {
        return move(format, planes, plane -> scatter(plane, shape.rows(), arena));
    }

    private static List<MemorySegment> move(
            WeightFormat format, List<MemorySegment> planes, UnaryOperator<MemorySegment> mover) {
        if (format instanceof Ternary ternary && ternary.packing() == TernaryPacking.ROW_QUARTERS) {
            throw new IllegalArgumentException("rows that share bytes cannot be moved: " + format);
        }
        var moved = new ArrayList<MemorySegment>();
        for (int i = 0; i < planes.size(); i++) {
            moved.add(i > 0 && isWholeTensor(format) ? planes.get(i) : mover.apply(planes.get(i)));
        }
        return moved;
    }

    private static boolean isWholeTensor(WeightFormat format) {
        return format instanceof Ternary(var _, ScaleGranularity.PerTensor());
    }

    private MemorySegment gather(MemorySegment plane, int rows, Arena arena) {
        long rowBytes = plane.byteSize() / rows;
        MemorySegment copy = arena.allocate(plane.byteSize(), Long.BYTES);
        for (int row = 0; row < rows; row++) {
            MemorySegment.copy(plane, stored(row) * rowBytes, copy, row * rowBytes, rowBytes);
        }
        return copy;
    }

    private MemorySegment scatter(MemorySegment plane, int rows, Arena arena) {
        long rowBytes = plane.byteSize() / rows;
        MemorySegment copy = arena.allocate(plane.byteSize(), Long.BYTES);
        for (int row = 0; row < rows; row++) {
            MemorySegment.copy(plane, row * rowBytes, copy, stored(row) * rowBytes, rowBytes);
        }
        return copy;
    }

    /** Returns where the file has the row that Hugging Face has at {@code row}. */
    long stored(int row) {
        int inHead = row % headDim;
        int half = inHead / (headDim / 2);
        return row - inHead + 2L * (inHead % (headDim / 2)) + half;
    }
}
