package dev.trilobit.conformance.behavior;

import dev.trilobit.api.backend.CompiledProgram;
import dev.trilobit.api.backend.DecoderSession;
import dev.trilobit.api.backend.LogitRows;
import dev.trilobit.api.program.ActivationQuant;
import dev.trilobit.api.program.Program;
import dev.trilobit.api.program.ProgramBuilder;
import dev.trilobit.api.program.Value;
import dev.trilobit.api.program.WeightRef;
import dev.trilobit.api.quant.BlockType;
import dev.trilobit.api.quant.Blocks;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.ScaleGranularity;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.api.quant.TernaryPacking;
import dev.trilobit.api.quant.UnusableWeightException;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.api.quant.WeightFormat;
import dev.trilobit.api.quant.WeightSource;
import dev.trilobit.conformance.contract.Check;
import dev.trilobit.conformance.contract.Trial;
import dev.trilobit.conformance.fixture.Formats;
import dev.trilobit.conformance.fixture.GuardedWeights;
import dev.trilobit.conformance.fixture.RandomDecoder;
import dev.trilobit.conformance.fixture.RandomWeights;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Weights that are missing, differ from the program or hold what no kernel can use. */
final class WeightErrorChecks {
    private static final int TOKENS = 20;
    private static final int ROWS = 44;
    private static final int COLS = 132;

    /** Name of the weight that is spoiled; no word of a message. */
    private static final String SPOILED = "blk.7.spoiled_weight";

    private static final List<Float> WRONG =
            List.of(Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY);

    private WeightErrorChecks() {}

    /** A program small enough to compile often, whose one weight of interest is spoiled. */
    private record SmallProgram(Program program, GuardedWeights weights) {
        /** A linear layer in {@code format} behind an embedding. */
        static SmallProgram linear(WeightFormat format, ActivationQuant activations) {
            var weights = new GuardedWeights();
            var random = new RandomWeights(161);
            var builder = new ProgramBuilder(TOKENS);
            int cols = Formats.fit(format, COLS);
            var inputs = new MatrixShape(TOKENS, cols);
            Weight table = random.matrix("table", inputs, new Dense(FloatType.F32), 1);
            Weight matrix = random.matrix(SPOILED, new MatrixShape(ROWS, cols), format, 0.1);
            Value in = builder.embed(add(weights, table));
            builder.linear(in, add(weights, matrix), activations);
            return new SmallProgram(builder.build(), weights);
        }

        /** An embedding in {@code format}. */
        static SmallProgram table(WeightFormat format) {
            var weights = new GuardedWeights();
            var shape = new MatrixShape(TOKENS, Formats.fit(format, COLS));
            Weight table = new RandomWeights(162).matrix(SPOILED, shape, format, 1);
            var builder = new ProgramBuilder(TOKENS);
            builder.embed(add(weights, table));
            return new SmallProgram(builder.build(), weights);
        }

        private static WeightRef add(GuardedWeights weights, Weight weight) {
            weights.add(weight);
            return new WeightRef(weight.name(), weight.shape(), weight.format());
        }
    }

    static void addTo(List<Check> checks) {
        for (WeightFormat format : Formats.all()) {
            for (ActivationQuant activations : ActivationQuant.values()) {
                checks.add(
                        new Check(
                                "no kernel is given a matrix that is spoiled (%s, %s)"
                                        .formatted(format, activations),
                                trial -> spoil(trial, SmallProgram.linear(format, activations))));
            }
            checks.add(
                    new Check(
                            "no token is looked up in a table that is spoiled (%s)"
                                    .formatted(format),
                            trial -> spoil(trial, SmallProgram.table(format))));
        }
        checks.add(
                new Check(
                        "a spoiled norm or tied embedding is named",
                        WeightErrorChecks::spoilDecoder));
        checks.add(new Check("every missing weight is named at once", WeightErrorChecks::takeAway));
        checks.add(
                new Check(
                        "a weight of another shape or format is named",
                        WeightErrorChecks::exchange));
    }

    /** Tries every number that is not finite in every plane, and every place of a code. */
    private static void spoil(Trial trial, SmallProgram small) {
        trial.keep(small.weights());
        Program program = small.program();
        CompiledProgram sound = trial.compile(program, small.weights(), trial.options(8, 4));
        Weight weight = small.weights().weight(SPOILED);
        for (Map.Entry<String, Weight> spoiled : spoiled(weight).entrySet()) {
            requireRefused(
                    trial,
                    spoiled.getKey(),
                    program,
                    new SpoiledWeights(small.weights()).with(spoiled.getValue()),
                    List.of(SPOILED));
        }
        int[] tokens = {0, 7, 19, 3};
        requireOracle(trial, "the program from before", sound, small, tokens);
        CompiledProgram again = trial.compile(program, small.weights(), trial.options(8, 4));
        requireOracle(trial, "the program compiled again", again, small, tokens);
    }

    private static void requireOracle(
            Trial trial, String what, CompiledProgram compiled, SmallProgram small, int[] tokens) {
        DecoderSession session = trial.session(compiled);
        new LogitComparison(trial, compiled)
                .requireOracle(
                        what,
                        small.weights(),
                        tokens,
                        RecordedSession.split(
                                session.forward(tokens, LogitRows.ALL),
                                small.program().logits().width()));
    }

    /** The weight with one wrong thing each, by what is wrong. */
    private static Map<String, Weight> spoiled(Weight weight) {
        var out = new LinkedHashMap<String, Weight>();
        WeightFormat format = weight.format();
        int firstNumbers = format instanceof Dense ? 0 : 1;
        for (int plane = firstNumbers; plane < weight.planes().size(); plane++) {
            int byteSize = SpoiledWeights.numbers(format).byteSize();
            long count = weight.planes().get(plane).byteSize() / byteSize;
            String name = format.planes(weight.shape()).get(plane).name();
            for (float wrong : WRONG) {
                for (long index : new long[] {0, count / 2, count - 1}) {
                    out.put(
                            "%s %d is %s".formatted(name, index, wrong),
                            SpoiledWeights.withNumber(weight, plane, index, wrong));
                }
            }
        }
        if (format instanceof Ternary(TernaryPacking packing, ScaleGranularity _)) {
            int lastRow = weight.shape().rows() - 1;
            int lastCol = weight.shape().cols() - 1;
            for (int row : new int[] {0, lastRow / 2, lastRow}) {
                for (int col : new int[] {0, 1, 62, 127, 128, lastCol}) {
                    out.put(
                            "the code at (%d, %d) is 3".formatted(row, col),
                            SpoiledWeights.withCodeThree(weight, packing, row, col));
                }
            }
        }
        if (format instanceof Blocks(BlockType type)) {
            spoilBlocks(weight, type, out);
        }
        return out;
    }

    private static void spoilBlocks(Weight weight, BlockType type, Map<String, Weight> out) {
        int lastRow = weight.shape().rows() - 1;
        int last = weight.shape().cols() / type.blockWeights() - 1;
        for (String what : type.hasBias() ? List.of("scale", "bias") : List.of("scale")) {
            for (float wrong : WRONG) {
                for (int row : new int[] {0, lastRow / 2, lastRow}) {
                    int block = row == 0 ? 0 : last;
                    out.put(
                            "%s of block %d of row %d is %s".formatted(what, block, row, wrong),
                            SpoiledWeights.withBlockNumber(weight, what, row, block, wrong));
                }
            }
        }
    }

    private static void requireRefused(
            Trial trial, String what, Program program, WeightSource weights, List<String> named) {
        ErrorContract.requireThrowsNaming(
                trial,
                what,
                UnusableWeightException.class,
                named,
                () -> trial.backend().compile(program, weights, trial.options(8, 4)).close());
    }

    private static void spoilDecoder(Trial trial) {
        OpenDecoder open =
                OpenDecoder.of(
                        trial, SessionCase.plain(trial), ErrorContract.CONTEXT, ErrorContract.STEP);
        GuardedWeights weights = open.decoder().weights();
        // Not every kind of decoder has every norm.
        var names = new ArrayList<>(List.of("norm", "0.input_norm", "1.ffn_sub_norm", "embedding"));
        names.retainAll(open.decoder().program().weights().keySet());
        for (String name : names) {
            spoiled(weights.weight(name))
                    .forEach(
                            (what, spoiled) ->
                                    requireRefused(
                                            trial,
                                            name + ": " + what,
                                            open.decoder().program(),
                                            new SpoiledWeights(weights).with(spoiled),
                                            List.of(name)));
        }
        ErrorContract.requireUsable(trial, open);
    }

    private static void takeAway(Trial trial) {
        OpenDecoder open =
                OpenDecoder.of(
                        trial, SessionCase.plain(trial), ErrorContract.CONTEXT, ErrorContract.STEP);
        RandomDecoder decoder = open.decoder();
        var all = new ArrayList<>(decoder.program().weights().keySet());
        for (String name : all) {
            requireRefused(
                    trial,
                    "without " + name,
                    decoder.program(),
                    new SpoiledWeights(decoder.weights()).without(name),
                    List.of(name));
        }
        var some = new ArrayList<>(List.of("embedding", "0.q", "1.attn_sub_norm", "1.down"));
        some.retainAll(all);
        var weights = new SpoiledWeights(decoder.weights());
        some.forEach(weights::without);
        requireRefused(trial, "without " + some, decoder.program(), weights, some);
        ErrorContract.requireUsable(trial, open);
    }

    private static void exchange(Trial trial) {
        OpenDecoder open =
                OpenDecoder.of(
                        trial, SessionCase.plain(trial), ErrorContract.CONTEXT, ErrorContract.STEP);
        RandomDecoder decoder = open.decoder();
        var random = new RandomWeights(163);
        for (String name : List.of("0.q", "1.down", "embedding", "norm")) {
            Weight sound = decoder.weights().weight(name);
            int rows = sound.shape().rows();
            WeightFormat format = sound.format();
            int cols = sound.shape().cols();
            int wider = Formats.fit(format, cols + 4);
            var dense =
                    new Dense(
                            format.equals(new Dense(FloatType.F16))
                                    ? FloatType.BF16
                                    : FloatType.F16);
            for (Weight other :
                    List.of(
                            random.matrix(name, new MatrixShape(rows, wider), format, 1),
                            random.matrix(name, new MatrixShape(rows + 4, cols), format, 1),
                            random.matrix(
                                    name, new MatrixShape(4, Formats.fit(format, 4)), format, 1),
                            random.matrix(name, sound.shape(), dense, 1))) {
                requireRefused(
                        trial,
                        "%s as %s %s".formatted(name, other.format(), other.shape()),
                        decoder.program(),
                        new SpoiledWeights(decoder.weights()).with(other),
                        List.of(name));
            }
        }
        ErrorContract.requireUsable(trial, open);
    }
}
