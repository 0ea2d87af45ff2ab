package dev.trilobit.backend.cpu;

import dev.trilobit.api.program.ActivationQuant;
import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.Binary;
import dev.trilobit.api.quant.BlockType;
import dev.trilobit.api.quant.Blocks;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.ScaleGranularity;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.api.quant.Weight;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import jdk.incubator.vector.FloatVector;

/**
 * Integer codes with a scale, and perhaps a bias, for each group along a row, times f32
 * activations: {@code y = sum_g scale_g * (f_g * (sum of v x in g)) + sum_g bias_g * (f_g * (sum of
 * x in g))}, v the number of the code. The two sums over g are made apart, in order of g. The
 * factor f is 1, or that of a run of rounded activations, whose x are whole numbers: a group's sums
 * are then exact up to 2^24.
 */
final class GroupedMatrix implements PackedMatrix {
    private static final int ROWS = GroupGrid.BLOCK_ROWS;

    /** Blocks computed together for several tokens, so that tables in the cache serve several. */
    private static final int SPAN_BLOCKS = 4;

    private static final int SPAN_ROWS = SPAN_BLOCKS * ROWS;
    private static final int SUMS = ActivationTile.MAX_TOKENS * SPAN_ROWS;

    /** Words between two visits to the scales: with one token, and with tables of several in L1. */
    private static final int ONE_TOKEN_WORDS = 64;

    private static final int QUAD_WORDS = 8;

    private final MatrixShape shape;
    private final GroupedLayout layout;
    private final GroupKernel kernel;
    private final MemorySegment codes;
    private final GroupStates scales;
    private final List<GroupStates> biases;
    private final long blockBytes;

    private GroupedMatrix(
            Weight weight,
            GroupedLayout layout,
            GroupStates scales,
            List<GroupStates> biases,
            Arena arena) {
        this.shape = weight.shape();
        this.layout = layout;
        GroupGrid grid = layout.grid();
        this.kernel =
                switch (grid.slotBits()) {
                    case 8 -> new GroupByteKernel(grid, (int) layout.centre());
                    case 4 -> new GroupNibbleKernel(grid, (int) layout.centre());
                    default -> new GroupLookupKernel(grid);
                };
        this.scales = scales;
        this.biases = biases;
        this.blockBytes = (long) grid.words() * GroupGrid.STEP_BYTES;
        int blocks = Math.ceilDiv(shape.rows(), ROWS);
        this.codes = arena.allocate(blocks * blockBytes, 64);
        new GroupPacker(weight, grid, layout.values()).pack(0, blocks, codes);
    }

    /**
     * Repacks a weight.
     *
     * @param weight of any format but dense
     * @param arena owns the copy
     * @throws IllegalArgumentException if a ternary code is 3 or a scale or bias is not finite
     */
    static GroupedMatrix pack(Weight weight, ActivationQuant quant, Arena arena) {
        int cols = weight.shape().cols();
        int run = weight.format().runCols(cols);
        return switch (weight.format()) {
            case Dense _ -> throw new IllegalArgumentException(weight.name() + ": has no groups");
            case Ternary(var _, ScaleGranularity.PerTensor()) -> {
                // A size for the sums alone: the scale is the same everywhere.
                var grid = new GroupGrid(cols, 128, 2);
                float scale = FloatType.F32.get(weight.scales(), 0);
                if (!Float.isFinite(scale)) {
                    throw new IllegalArgumentException(
                            "%s: scale must be finite, got %s".formatted(weight.name(), scale));
                }
                var layout = new GroupedLayout(grid, CodeValue.TRIT, 0, run, quant);
                var states = GroupStates.constant(scale, ROWS, arena);
                yield new GroupedMatrix(weight, layout, states, List.of(), arena);
            }
            case Ternary(var _, ScaleGranularity.PerGroup(int size, FloatType type)) -> {
                var grid = new GroupGrid(cols, size, 2);
                var layout = new GroupedLayout(grid, CodeValue.TRIT, 0, run, quant);
                yield packed(weight, layout, type, arena);
            }
            case Binary(int size, Binary.Mode mode, FloatType type) -> {
                CodeValue value =
                        mode == Binary.Mode.SYMMETRIC ? CodeValue.SIGN : CodeValue.UNSIGNED;
                float centre = value == CodeValue.UNSIGNED ? 0.5f : 0;
                var grid = new GroupGrid(cols, size, 1);
                var layout = new GroupedLayout(grid, value, centre, run, quant);
                yield packed(weight, layout, type, arena);
            }
            case Affine(int bits, int size, FloatType type) -> {
                var grid = new GroupGrid(cols, size, bits == 2 ? 2 : bits <= 4 ? 4 : 8);
                // Codes that are multiplied need a whole number.
                float centre = bits == 2 ? 1.5f : 1 << (bits - 1);
                var layout = new GroupedLayout(grid, CodeValue.UNSIGNED, centre, run, quant);
                yield packed(weight, layout, type, arena);
            }
            case Blocks(BlockType type) -> {
                var grid = new GroupGrid(cols, type.groupWeights(), BlockRow.bits(type));
                CodeValue value = type.hasBias() ? CodeValue.UNSIGNED : CodeValue.CENTRED;
                float centre = BlockBiases.centre(type);
                var layout = new GroupedLayout(grid, value, centre, run, quant);
                yield packed(
                        weight,
                        layout,
                        BlockNumbers.scales(weight, type),
                        BlockNumbers.biases(weight, type),
                        arena);
            }
        };
    }

    private static GroupedMatrix packed(
            Weight weight, GroupedLayout layout, FloatType type, Arena arena) {
        int groups = layout.grid().groups();
        var scales = new GroupNumbers.InPlane(weight.scales(), type, groups);
        // Without biases the scales stand in for them and are not read.
        var biases = new GroupNumbers.InPlane(weight.planes().getLast(), type, groups);
        return packed(weight, layout, scales, biases, arena);
    }

    private static GroupedMatrix packed(
            Weight weight,
            GroupedLayout layout,
            GroupNumbers scaleNumbers,
            GroupNumbers biasNumbers,
            Arena arena) {
        int groups = layout.grid().groups();
        GroupStates scales = GroupStates.pack(weight, "scale", scaleNumbers, groups, ROWS, arena);
        List<GroupStates> biases =
                layout.values() == CodeValue.UNSIGNED
                        ? List.of(
                                GroupStates.pack(weight, "bias", biasNumbers, groups, ROWS, arena))
                        : List.of();
        return new GroupedMatrix(weight, layout, scales, biases, arena);
    }

    /** Floats of work that a thread needs: states of some groups, sums and sums of biases. */
    static int scratchFloats(GroupGrid grid) {
        return stateFloats(grid) * 2 + SUMS * 2;
    }

    private static int stateFloats(GroupGrid grid) {
        return chunkGroups(grid, ONE_TOKEN_WORDS) * ROWS;
    }

    private static int chunkGroups(GroupGrid grid, int words) {
        return Math.min(grid.groups(), Math.max(1, words / grid.groupWords()));
    }

    @Override
    public int rows() {
        return shape.rows();
    }

    @Override
    public int rowsPerBlock() {
        return ROWS;
    }

    @Override
    public long byteSize() {
        long bytes = codes.byteSize() + scales.byteSize();
        for (GroupStates bias : biases) {
            bytes += bias.byteSize();
        }
        return bytes;
    }

    @Override
    public TileLayout tileLayout() {
        return layout;
    }

    @Override
    public void multiply(
            ActivationTile x, int blockFrom, int blockTo, float[] y, int yOffset, int yStride) {
        if (!(x instanceof GroupedTile tile) || !tile.layout().equals(layout)) {
            throw new IllegalArgumentException("tile %s: not of %s".formatted(x, layout));
        }
        boolean one = tile.tokens() == 1;
        int step = one ? 1 : SPAN_BLOCKS;
        int groups = layout.grid().groups();
        int chunk = chunkGroups(layout.grid(), one ? ONE_TOKEN_WORDS : QUAD_WORDS);
        int sums = 2 * stateFloats(layout.grid());
        int used = one ? ROWS : tile.quads() * GroupedTile.QUAD * SPAN_ROWS;
        float[] work = tile.scratch().borrow();
        for (int b = blockFrom; b < blockTo; b += step) {
            int end = Math.min(b + step, blockTo);
            Arrays.fill(work, sums, sums + used, 0);
            Arrays.fill(work, sums + SUMS, sums + SUMS + used, 0);
            for (int from = 0; from < groups; from += chunk) {
                int to = Math.min(from + chunk, groups);
                for (int i = b; i < end; i++) {
                    addBlock(tile, i, from, to, work, sums + (i - b) * ROWS);
                }
            }
            store(tile, b, end, work, sums, y, yOffset, yStride);
        }
        tile.scratch().release(work);
    }

    private void addBlock(GroupedTile tile, int block, int from, int to, float[] work, int sums) {
        int biasStates = stateFloats(layout.grid());
        scales.expand(block, from, to, work, 0);
        if (!biases.isEmpty()) {
            biases.getFirst().expand(block, from, to, work, biasStates);
            centreBiases(work, biasStates, (to - from) * ROWS);
        }
        long offset = block * blockBytes;
        for (int quad = 0; quad < tile.quads(); quad++) {
            int at = sums + quad * GroupedTile.QUAD * SPAN_ROWS;
            float[] x = tile.steps(quad);
            float[] factors = tile.factors(quad);
            if (tile.width(quad) == 1) {
                kernel.oneToken(codes, offset, from, to, x, factors, work, 0, at);
            } else {
                long half = offset + GroupGrid.STEP_BYTES / 2;
                kernel.fourTokens(codes, offset, from, to, x, factors, work, 0, at, SPAN_ROWS);
                kernel.fourTokens(
                        codes,
                        half,
                        from,
                        to,
                        x,
                        factors,
                        work,
                        ROWS / 2,
                        at + ROWS / 2,
                        SPAN_ROWS);
            }
            if (!biases.isEmpty()) {
                addBiases(tile, quad, from, to, work, biasStates, at + SUMS);
            }
        }
    }

    /** Gives back what was taken off the codes: {@code s q + b = s (q - c) + (b + s c)}. */
    private void centreBiases(float[] work, int biasStates, int count) {
        float centre = layout.centre();
        for (int i = 0; i < count; i += GroupGrid.LANES) {
            FloatVector.fromArray(Lanes.FLOATS, work, i)
                    .mul(centre)
                    .add(FloatVector.fromArray(Lanes.FLOATS, work, biasStates + i))
                    .intoArray(work, biasStates + i);
        }
    }

    private static void addBiases(
            GroupedTile tile, int quad, int from, int to, float[] work, int states, int sums) {
        int width = tile.width(quad);
        float[] groupSums = tile.groupSums(quad);
        for (int t = 0; t < width; t++) {
            int out = sums + t * SPAN_ROWS;
            for (int g = from; g < to; g++) {
                float sum = groupSums[g * width + t];
                int bias = states + (g - from) * ROWS;
                for (int i = 0; i < ROWS; i += GroupGrid.LANES) {
                    FloatVector.fromArray(Lanes.FLOATS, work, bias + i)
                            .mul(sum)
                            .add(FloatVector.fromArray(Lanes.FLOATS, work, out + i))
                            .intoArray(work, out + i);
                }
            }
        }
    }

    private void store(
            GroupedTile tile,
            int blockFrom,
            int blockTo,
            float[] work,
            int sums,
            float[] y,
            int yOffset,
            int yStride) {
        int first = blockFrom * ROWS;
        int count = Math.min(blockTo * ROWS, shape.rows()) - first;
        for (int t = 0; t < tile.tokens(); t++) {
            int from = sums + t * SPAN_ROWS;
            int out = yOffset + t * yStride + first;
            for (int i = 0; i < count; i++) {
                y[out + i] = work[from + i] + work[from + SUMS + i];
            }
        }
    }
}
