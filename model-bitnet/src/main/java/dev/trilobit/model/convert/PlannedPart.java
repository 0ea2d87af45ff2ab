package dev.trilobit.model.convert;

import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.model.arch.ModuleNames;
import dev.trilobit.model.file.GgmlType;
import dev.trilobit.model.file.SafetensorsType;
import dev.trilobit.model.file.TensorEntry;
import java.util.List;

/**
 * One matrix that is to be written.
 *
 * @param part what it is in the source
 * @param module its name in transformers where it goes
 * @param encoding how it lies there
 * @param mayRound whether its numbers may change
 */
record PlannedPart(ModelPart part, String module, Encoding encoding, boolean mayRound) {
    /** Returns the shape. */
    MatrixShape shape() {
        return part.source().shape();
    }

    /** Returns its tensors in the file, in the order {@link WeightStore} writes them. */
    List<TensorEntry> entries() {
        long rows = shape().rows();
        long cols = shape().cols();
        return switch (encoding) {
            case Encoding.Ggml(GgmlType type) ->
                    List.of(
                            new TensorEntry(
                                    ModuleNames.GGUF.of(module) + ".weight", type, extents()));
            case Encoding.Plain(FloatType type) ->
                    List.of(new TensorEntry(module + ".weight", stored(type), extents()));
            case Encoding.BitNet(FloatType type) ->
                    List.of(
                            new TensorEntry(
                                    module + ".weight",
                                    SafetensorsType.U8,
                                    List.of(rows / 4, cols)),
                            new TensorEntry(module + ".weight_scale", stored(type), List.of(1L)));
            case Encoding.Mlx(int bits, int size, FloatType type) ->
                    List.of(
                            new TensorEntry(
                                    module + ".weight",
                                    SafetensorsType.U32,
                                    List.of(rows, cols * bits / Integer.SIZE)),
                            new TensorEntry(
                                    module + ".scales", stored(type), List.of(rows, cols / size)),
                            new TensorEntry(
                                    module + ".biases", stored(type), List.of(rows, cols / size)));
        };
    }

    private List<Long> extents() {
        return part.role() == ModelPart.Role.NORM
                ? List.of((long) shape().cols())
                : List.of((long) shape().rows(), (long) shape().cols());
    }

    private static SafetensorsType stored(FloatType type) {
        return switch (type) {
            case F32 -> SafetensorsType.F32;
            case F16 -> SafetensorsType.F16;
            case BF16 -> SafetensorsType.BF16;
        };
    }
}
