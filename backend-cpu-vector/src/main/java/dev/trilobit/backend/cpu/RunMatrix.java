package dev.trilobit.backend.cpu;

import dev.trilobit.api.program.ActivationQuant;
import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.Binary;
import dev.trilobit.api.quant.Blocks;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.ScaleGranularity;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.api.quant.WeightFormat;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/**
 * Codes of one or two bits with a scale, and perhaps a bias, for each group along a row, times
 * activations rounded to int8. The sum of a group is a whole number and exact; {@link RunScaling}
 * says how the groups add up. So a result depends on nothing but the weights and the token.
 */
final class RunMatrix implements PackedMatrix {
    /** Blocks computed together for several tokens, so that tables in the cache serve several. */
    private static final int SPAN_BLOCKS = 4;

    static final int SPAN_ROWS = SPAN_BLOCKS * RunWords.BLOCK_ROWS;
    private static final int ROWS = RunWords.BLOCK_ROWS;

    private final MatrixShape shape;
    private final RunLayout layout;
    private final MemorySegment codes;
    private final GroupStates scales;
    private final List<GroupStates> biases;
    private final long blockBytes;

    private RunMatrix(Weight weight, RunLayout layout, FloatType type, Arena arena) {
        this.shape = weight.shape();
        this.layout = layout;
        int groups = layout.groups();
        this.scales =
                GroupStates.pack(
                        weight,
                        "scale",
                        new GroupNumbers.InPlane(weight.scales(), type, groups),
                        groups,
                        ROWS,
                        arena);
        this.biases =
                layout.values() == CodeValue.UNSIGNED
                        ? List.of(
                                GroupStates.pack(
                                        weight,
                                        "bias",
                                        new GroupNumbers.InPlane(weight.biases(), type, groups),
                                        groups,
                                        ROWS,
                                        arena))
                        : List.of();
        this.blockBytes = (long) layout.words() * RunWords.STEP_BYTES;
        int blocks = Math.ceilDiv(shape.rows(), ROWS);
        this.codes = arena.allocate(blocks * blockBytes, 64);
        new RunPacker(weight, layout).pack(0, blocks, codes);
    }

    /** Tells whether matrices of this kind can be packed for this rule. */
    static boolean takes(WeightFormat format, int cols, ActivationQuant quant) {
        return layout(format, cols, quant).isPresent();
    }

    /**
     * Repacks a weight.
     *
     * @param weight of a kind that {@link #takes} says yes to
     * @param arena owns the copy
     * @throws IllegalArgumentException if a ternary code is 3 or a scale or bias is not finite
     */
    static RunMatrix pack(Weight weight, ActivationQuant quant, Arena arena) {
        RunLayout layout =
                layout(weight.format(), weight.shape().cols(), quant)
                        .orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                "%s: no lookups for %s and %s"
                                                        .formatted(
                                                                weight.name(),
                                                                weight.format(),
                                                                quant)));
        return new RunMatrix(weight, layout, scaleType(weight.format()), arena);
    }

    private static Optional<RunLayout> layout(
            WeightFormat format, int cols, ActivationQuant quant) {
        if (!quant.rounds()) {
            return Optional.empty();
        }
        int size = format.runCols(cols);
        return switch (format) {
            case Dense _, Blocks _, Ternary(var _, ScaleGranularity.PerTensor()) ->
                    Optional.empty();
            case Ternary _ -> fitting(cols, size, 2, CodeValue.TRIT, quant);
            case Binary(int _, Binary.Mode mode, var _) ->
                    switch (mode) {
                        case SYMMETRIC -> fitting(cols, size, 1, CodeValue.SIGN, quant);
                        case AFFINE -> fitting(cols, size, 1, CodeValue.UNSIGNED, quant);
                    };
            case Affine(int bits, int _, var _) ->
                    bits == 2
                            ? fitting(cols, size, 2, CodeValue.UNSIGNED, quant)
                            : Optional.empty();
        };
    }

    private static Optional<RunLayout> fitting(
            int cols, int size, int bits, CodeValue values, ActivationQuant quant) {
        return RunLayout.fits(size, bits, values)
                ? Optional.of(new RunLayout(cols, size, bits, values, quant))
                : Optional.empty();
    }

    private static FloatType scaleType(WeightFormat format) {
        return switch (format) {
            case Ternary(var _, ScaleGranularity.PerGroup(int _, FloatType type)) -> type;
            case Binary(int _, var _, FloatType type) -> type;
            case Affine(int _, int _, FloatType type) -> type;
            case Dense _, Blocks _, Ternary _ ->
                    throw new IllegalArgumentException(format.label() + ": has no groups");
        };
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
        if (!(x instanceof RunTile tile) || !tile.layout().equals(layout)) {
            throw new IllegalArgumentException("tile %s: not of %s".formatted(x, layout));
        }
        boolean one = tile.tokens() == 1;
        int step = one ? 1 : SPAN_BLOCKS;
        RunScratch work = tile.scratch().borrow();
        int chunk = work.groups(one);
        for (int b = blockFrom; b < blockTo; b += step) {
            int end = Math.min(b + step, blockTo);
            work.clear(tile.tokens(), end - b);
            if (one && scales.areHalves()) {
                multiplyHalves(tile, b, work);
                store(tile, b, end, work, y, yOffset, yStride);
                continue;
            }
            for (int from = 0; from < layout.groups(); from += chunk) {
                int to = Math.min(from + chunk, layout.groups());
                for (int part = 0; part < tile.parts(); part++) {
                    for (int i = b; i < end; i++) {
                        addBlock(tile, part, i, from, to, work, (i - b) * ROWS);
                    }
                }
            }
            store(tile, b, end, work, y, yOffset, yStride);
        }
        tile.scratch().release(work);
    }

    private void multiplyHalves(RunTile tile, int block, RunScratch work) {
        RunHalvesKernel.oneToken(
                codes,
                block * blockBytes,
                scales.states(),
                scales.offset(block),
                tile,
                work.scaled());
        if (!biases.isEmpty()) {
            int chunk = work.groups(true);
            for (int from = 0; from < layout.groups(); from += chunk) {
                int to = Math.min(from + chunk, layout.groups());
                biases.getFirst().expand(block, from, to, work.biases(), 0);
                RunScaling.addBiases(work, tile, 0, from, to, work.biased(), 0);
            }
        }
    }

    /** Adds some groups of a block for the tokens of a part. */
    private void addBlock(
            RunTile tile, int part, int block, int from, int to, RunScratch work, int row) {
        sum(tile, part, block * blockBytes, from, to, work);
        scales.expand(block, from, to, work.scales(), 0);
        if (!biases.isEmpty()) {
            biases.getFirst().expand(block, from, to, work.biases(), 0);
        }
        int first = part * RunTile.PART;
        int last = Math.min(first + RunTile.PART, tile.tokens());
        int stride = (to - from) * ROWS;
        for (int t = first; t < last; t++) {
            int at = t * SPAN_ROWS + row;
            int dots = (t - first) * stride;
            RunScaling.addScaled(work, dots, tile, t, from, to, work.scaled(), at);
            if (!biases.isEmpty()) {
                RunScaling.addBiases(work, tile, t, from, to, work.biased(), at);
            }
        }
    }

    private void sum(RunTile tile, int part, long block, int from, int to, RunScratch work) {
        short[] tables = tile.tables(part);
        short[] dots = work.dots();
        int stride = (to - from) * ROWS;
        switch (tile.width(part)) {
            case 1 -> RunKernels.oneToken(codes, block, layout, from, to, tables, dots);
            case 2 -> RunKernels.twoTokens(codes, block, layout, from, to, tables, dots, stride);
            default -> {
                RunKernels.fourTokens(codes, block, layout, from, to, tables, dots, 0, stride);
                long half = block + RunWords.STEP_BYTES / 2;
                int at = ROWS / 2;
                RunKernels.fourTokens(codes, half, layout, from, to, tables, dots, at, stride);
            }
        }
    }

    private void store(
            RunTile tile,
            int blockFrom,
            int blockTo,
            RunScratch work,
            float[] y,
            int yOffset,
            int yStride) {
        int first = blockFrom * ROWS;
        int count = Math.min(blockTo * ROWS, shape.rows()) - first;
        for (int t = 0; t < tile.tokens(); t++) {
            int from = t * SPAN_ROWS;
            int out = yOffset + t * yStride + first;
            for (int i = 0; i < count; i++) {
                y[out + i] = work.scaled()[from + i] + work.biased()[from + i];
            }
        }
    }
}
