package dev.trilobit.model.convert;

import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.model.file.GgmlType;
import java.lang.foreign.Arena;

/** Brings a weight into the format of its encoding. */
final class Repacking {
    private Repacking() {}

    /**
     * Returns the numbers as they are if the format holds them, else quantized if they may change.
     *
     * @param arena owns what is made; shared or automatic
     * @throws ConversionRefusedException if the format does not hold them and they may not change,
     *     or a number is not finite
     */
    static Weight repack(Weight source, PlannedPart part, Arena arena) {
        FiniteNumbers.require(source);
        try {
            return exact(source, part, arena);
        } catch (ConversionRefusedException e) {
            if (part.mayRound()) {
                return Quantizing.quantize(source, part.encoding().format(), arena);
            }
            throw new ConversionRefusedException(e.getMessage() + advice(part));
        }
    }

    /** Tables need not be stored as the layers are. */
    private static String advice(PlannedPart part) {
        return switch (part.part().role()) {
            case NORM, LINEAR -> "";
            case EMBEDDING, HEAD ->
                    "; --%s %s stores it so, rounded if need be"
                            .formatted(
                                    part.module().equals(ModelPart.HEAD) ? "head" : "embedding",
                                    TableFormat.roomy(part.encoding(), part.shape()).label());
        };
    }

    private static Weight exact(Weight source, PlannedPart part, Arena arena) {
        try {
            return ExactRepacker.repack(source, part.encoding().format(), arena);
        } catch (ConversionRefusedException e) {
            // The two-bit blocks of ggml have a fourth number, +2s, which ternary ones leave out.
            if (part.encoding() instanceof Encoding.Ggml(GgmlType type)
                    && (type == GgmlType.Q2_0 || type == GgmlType.PQ2_0)
                    && source.format() instanceof Affine affine
                    && affine.bits() == 2) {
                return ExactRepacker.repack(
                        source, new Affine(2, type.blockWeights(), FloatType.F16), arena);
            }
            throw e;
        }
    }
}
