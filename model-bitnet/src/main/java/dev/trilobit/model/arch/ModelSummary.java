package dev.trilobit.model.arch;

import dev.trilobit.api.program.Op;
import dev.trilobit.api.program.Program;
import dev.trilobit.api.program.WeightRef;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a model weighs, counted from its program; a matrix that two ops share counts once.
 *
 * @param architecture {@code model_type}
 * @param parameters numbers in all matrices
 * @param weightBytes bytes that hold them, scales included
 * @param bytesPerToken bytes of weights that decoding one token reads: of the embedding one row,
 *     and every other matrix as often as ops use it; without the key-value cache
 * @param formats the same by storage format, by label
 */
public record ModelSummary(
        String architecture,
        long parameters,
        long weightBytes,
        long bytesPerToken,
        List<FormatShare> formats) {
    /**
     * What is stored in one format.
     *
     * @param format label of the format
     * @param matrices number of matrices
     * @param parameters numbers in them
     * @param bytes that hold them, scales included
     */
    public record FormatShare(String format, int matrices, long parameters, long bytes) {
        private FormatShare plus(FormatShare other) {
            return new FormatShare(
                    format,
                    matrices + other.matrices,
                    parameters + other.parameters,
                    bytes + other.bytes);
        }

        /** Returns bits a weight, scales included. */
        public double bitsPerWeight() {
            return 8.0 * bytes / parameters;
        }
    }

    public ModelSummary {
        formats = List.copyOf(formats);
    }

    /** Counts the matrices of {@code model}. */
    public static ModelSummary of(DecoderModel model) {
        return of(model.config().architecture(), model.program());
    }

    static ModelSummary of(String architecture, Program program) {
        var formats = new TreeMap<String, FormatShare>();
        for (WeightRef weight : program.weights().values()) {
            var share =
                    new FormatShare(
                            weight.format().label(), 1, weight.shape().elements(), bytes(weight));
            formats.merge(share.format(), share, FormatShare::plus);
        }
        return new ModelSummary(
                architecture,
                sum(formats, false),
                sum(formats, true),
                program.ops().stream().mapToLong(ModelSummary::bytesRead).sum(),
                List.copyOf(formats.values()));
    }

    private static long sum(Map<String, FormatShare> formats, boolean bytes) {
        return formats.values().stream()
                .mapToLong(share -> bytes ? share.bytes() : share.parameters())
                .sum();
    }

    private static long bytesRead(Op op) {
        return switch (op) {
            case Op.Embed embed -> bytes(embed.table()) / embed.table().shape().rows();
            case Op.Linear linear -> bytes(linear.weight());
            case Op.RmsNorm norm -> bytes(norm.gain());
            case Op.Rope _, Op.Attend _, Op.Gate _, Op.Add _ -> 0;
        };
    }

    private static long bytes(WeightRef weight) {
        return weight.format().byteSize(weight.shape());
    }

    /** Returns bits a weight over the whole model, scales included. */
    public double bitsPerWeight() {
        return 8.0 * weightBytes / parameters;
    }
}
