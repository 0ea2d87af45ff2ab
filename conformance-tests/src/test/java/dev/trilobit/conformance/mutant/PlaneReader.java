package dev.trilobit.conformance.mutant;

import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.Binary;
import dev.trilobit.api.quant.BlockType;
import dev.trilobit.api.quant.Blocks;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.ScaleGranularity;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.api.quant.TernaryPacking;
import dev.trilobit.api.quant.Weight;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** Reads the codes, scales and biases of one weight, as the javadoc of its format says. */
final class PlaneReader {
    /** Columns of a matrix without groups whose products are added up together. */
    private static final int DENSE_RUN = 64;

    private final Weight weight;
    private final byte[] codes;
    private final int rows;
    private final int cols;
    private final Faults faults;
    private final List<String> problems;

    /**
     * Prepares to read.
     *
     * @param problems takes what no backend can use
     */
    PlaneReader(Weight weight, Faults faults, List<String> problems) {
        this.weight = weight;
        this.codes = weight.codes().toArray(ValueLayout.JAVA_BYTE);
        this.rows = weight.shape().rows();
        this.cols = weight.shape().cols();
        this.faults = faults;
        this.problems = problems;
    }

    Matrix read() {
        Matrix matrix =
                switch (weight.format()) {
                    case Dense(FloatType type) -> dense(type);
                    case Ternary(TernaryPacking packing, ScaleGranularity scales) ->
                            ternary(packing, scales);
                    case Binary(int size, Binary.Mode mode, FloatType type) ->
                            binary(size, mode, type);
                    case Affine(int bits, int size, FloatType type) -> affine(bits, size, type);
                    case Blocks(BlockType type) -> blocks(type);
                };
        if (faults.has(Fault.PLANE_READ_PAST_ITS_END)) {
            float last = matrix.unit(rows - 1, cols - 1);
            matrix.setUnit(rows - 1, cols - 1, last + 0 * elementPastTheEnd());
        }
        return matrix;
    }

    private Matrix dense(FloatType type) {
        var matrix = new Matrix(rows, cols, DENSE_RUN);
        for (int c = 0; c < cols; c++) {
            for (int r = 0; r < rows; r++) {
                float value = type.get(weight.codes(), (long) r * cols + c);
                matrix.setUnit(r, c, finite("value", r, c, value));
            }
        }
        return matrix;
    }

    private Matrix ternary(TernaryPacking packing, ScaleGranularity granularity) {
        int run =
                switch (granularity) {
                    case ScaleGranularity.PerTensor() -> cols;
                    case ScaleGranularity.PerGroup(int size, FloatType _) -> size;
                };
        var matrix = new Matrix(rows, cols, run);
        boolean consecutive =
                packing == TernaryPacking.CONSECUTIVE
                        || faults.has(Fault.ROW_QUARTERS_READ_AS_CONSECUTIVE);
        for (int c = 0; c < cols; c++) {
            for (int r = 0; r < rows; r++) {
                matrix.setUnit(r, c, trit(consecutive, r, c));
            }
        }
        for (int g = 0; g * run < cols; g++) {
            for (int r = 0; r < rows; r++) {
                matrix.setScale(
                        r,
                        g,
                        switch (granularity) {
                            case ScaleGranularity.PerTensor() -> tensorScale();
                            case ScaleGranularity.PerGroup(int size, FloatType type) ->
                                    scale(type, size, r, g);
                        });
            }
        }
        return matrix;
    }

    private int trit(boolean consecutive, int row, int col) {
        int quarter = rows / 4;
        long at =
                consecutive
                        ? (long) row * Math.ceilDiv(cols, 4) + col / 4
                        : (long) (row % quarter) * cols + col;
        int slot = consecutive ? col % 4 : row / quarter;
        // Only the packing taken for the other one can lie beyond the end.
        int code = (codes[(int) (at % codes.length)] >>> (2 * slot)) & 3;
        if (code == 3 && !faults.has(Fault.CODE_THREE_ACCEPTED)) {
            problems.add("%s: the code of (%d, %d) is 3".formatted(weight.name(), row, col));
        }
        return code - 1;
    }

    private Matrix binary(int size, Binary.Mode mode, FloatType type) {
        if (mode == Binary.Mode.AFFINE) {
            return affine(1, size, type);
        }
        int set = faults.has(Fault.BINARY_SIGNS_SWAPPED) ? -1 : 1;
        var matrix = new Matrix(rows, cols, size);
        for (int c = 0; c < cols; c++) {
            for (int r = 0; r < rows; r++) {
                matrix.setUnit(r, c, code(1, r, c) == 1 ? set : -set);
            }
        }
        for (int g = 0; g * size < cols; g++) {
            for (int r = 0; r < rows; r++) {
                matrix.setScale(r, g, scale(type, size, r, g));
            }
        }
        return matrix;
    }

    private Matrix affine(int bits, int size, FloatType type) {
        boolean biased = !faults.has(Fault.BIASES_IGNORED);
        var matrix = new Matrix(rows, cols, DENSE_RUN);
        for (int g = 0; g * size < cols; g++) {
            for (int r = 0; r < rows; r++) {
                float scale = scale(type, size, r, g);
                float stored = group("bias", weight.biases(), type, size, r, g);
                float bias = biased ? stored : 0;
                for (int c = g * size; c < Math.min((g + 1) * size, cols); c++) {
                    matrix.setUnit(r, c, scale * code(bits, r, c) + bias);
                }
            }
        }
        return matrix;
    }

    private Matrix blocks(BlockType type) {
        // Without a bias units are whole numbers, and groups have scales.
        var matrix = new Matrix(rows, cols, type.hasBias() ? DENSE_RUN : type.groupWeights());
        int rowBytes = cols / type.blockWeights() * type.blockBytes();
        for (int c = 0; c < cols; c++) {
            for (int r = 0; r < rows; r++) {
                int block = r * rowBytes + c / type.blockWeights() * type.blockBytes();
                var reader = new BlockReader(type, codes, block, faults);
                int i = c % type.blockWeights();
                float bias = faults.has(Fault.BIASES_IGNORED) ? 0 : reader.bias(i);
                float scale = off(finite("scale", r, c, reader.scale(i)));
                if (type.hasBias()) {
                    matrix.setUnit(r, c, scale * reader.number(i) + finite("bias", r, c, bias));
                } else {
                    matrix.setUnit(r, c, reader.number(i));
                    matrix.setScale(r, c / type.groupWeights(), scale);
                }
            }
        }
        return matrix;
    }

    /** Code {@code col} of a row that is a little-endian bit stream of whole bytes. */
    private int code(int bits, int row, int col) {
        long bit = row * Math.ceilDiv((long) cols * bits, 8L) * 8 + (long) col * bits;
        int at = (int) (bit / 8);
        int low = Byte.toUnsignedInt(codes[at]);
        int high = at + 1 < codes.length ? Byte.toUnsignedInt(codes[at + 1]) : 0;
        return ((high << 8 | low) >>> (bit % 8)) & ((1 << bits) - 1);
    }

    private float tensorScale() {
        float scale = off(finite("scale", 0, 0, FloatType.F32.get(weight.scales(), 0)));
        return faults.has(Fault.SCALE_INVERTED) ? 1 / scale : scale;
    }

    private float scale(FloatType type, int size, int row, int group) {
        int last = Math.ceilDiv(cols, size) - 1;
        int read = faults.has(Fault.GROUP_SCALE_SHIFTED) ? Math.min(group + 1, last) : group;
        return off(group("scale", weight.scales(), type, size, row, read));
    }

    private float off(float scale) {
        return faults.has(Fault.SCALE_ONE_PERCENT_OFF) ? scale * 1.01f : scale;
    }

    private float group(
            String what, MemorySegment plane, FloatType type, int size, int row, int group) {
        long at = (long) row * Math.ceilDiv(cols, size) + group;
        return finite(what, row, group, type.get(plane, at));
    }

    private float finite(String what, int row, int place, float value) {
        if (!Float.isFinite(value) && !faults.has(Fault.NAN_ACCEPTED)) {
            problems.add(
                    "%s: %s %d of row %d is %s".formatted(weight.name(), what, place, row, value));
        }
        return value;
    }

    @SuppressWarnings("restricted")
    private float elementPastTheEnd() {
        MemorySegment plane = weight.planes().size() == 1 ? weight.codes() : weight.scales();
        FloatType type =
                switch (weight.format()) {
                    case Dense(FloatType values) -> values;
                    case Ternary(TernaryPacking _, ScaleGranularity.PerTensor()) -> FloatType.F32;
                    case Ternary(
                                    TernaryPacking _,
                                    ScaleGranularity.PerGroup(int _, FloatType groups)) ->
                            groups;
                    case Binary(int _, Binary.Mode _, FloatType groups) -> groups;
                    case Affine(int _, int _, FloatType groups) -> groups;
                    case Blocks _ -> FloatType.F16;
                };
        if (!plane.isNative()) {
            return 0;
        }
        long size = plane.byteSize();
        MemorySegment longer =
                MemorySegment.ofAddress(plane.address()).reinterpret(size + type.byteSize());
        return type.get(longer, size / type.byteSize());
    }
}
