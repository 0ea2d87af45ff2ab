package dev.trilobit.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.trilobit.api.program.ActivationQuant;
import dev.trilobit.api.program.WeightRef;
import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.Binary;
import dev.trilobit.api.quant.Blocks;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.ScaleGranularity;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.api.quant.WeightFormat;
import java.lang.foreign.Arena;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PackedMatricesTest implements AtEachWidth {
    @ParameterizedTest
    @MethodSource("dev.trilobit.backend.cpu.WeightCheckTest#formats")
    void everyFormatHasAKernel(WeightFormat format) {
        try (Arena arena = Arena.ofConfined()) {
            Weight weight =
                    Weights.random(format, 8, Weights.fit(format, 40), new Random(3), arena);
            for (ActivationQuant quant : ActivationQuant.values()) {
                var ref = new WeightRef(weight.name(), weight.shape(), format);
                assertEquals(Optional.empty(), PackedMatrices.rejection(ref, quant));
                assertEquals(8, PackedMatrices.pack(weight, quant, arena).rows());
            }
        }
    }

    @Test
    void ternaryWithInt8ActivationsIsComputedInIntegers() {
        try (Arena arena = Arena.ofConfined()) {
            WeightFormat format = WeightCheckTest.formats().toList().get(3);
            Weight weight =
                    Weights.random(format, 8, Weights.fit(format, 40), new Random(3), arena);
            assertInstanceOf(
                    TernaryInt8Matrix.class,
                    PackedMatrices.pack(weight, ActivationQuant.INT8_PER_TOKEN, arena));
        }
    }

    /** What machines with a fused multiplication take, and those without. */
    private static Class<? extends PackedMatrix> expected(
            WeightFormat format, ActivationQuant quant) {
        boolean rounded = quant.rounds();
        return switch (format) {
            case Dense _ -> DenseMatrix.class;
            case Ternary(var _, ScaleGranularity.PerTensor()) ->
                    switch (quant) {
                        case INT8_PER_TOKEN -> TernaryInt8Matrix.class;
                        case NONE, INT8_PER_GROUP -> GroupedMatrix.class;
                    };
            case Ternary _, Binary _ -> rounded ? RunMatrix.class : GroupedMatrix.class;
            case Affine(int bits, int _, var _) ->
                    rounded && bits == 2 ? RunMatrix.class : GroupedMatrix.class;
            case Blocks _ -> Lanes.FUSED ? BlockMatrix.class : GroupedMatrix.class;
        };
    }

    @ParameterizedTest
    @MethodSource("dev.trilobit.backend.cpu.WeightCheckTest#formats")
    void theMatrixIsTheOneMeantForFormatAndMachine(WeightFormat format) {
        try (Arena arena = Arena.ofConfined()) {
            Weight weight =
                    Weights.random(format, 8, Weights.fit(format, 40), new Random(3), arena);
            for (ActivationQuant quant : ActivationQuant.values()) {
                assertInstanceOf(
                        expected(format, quant),
                        PackedMatrices.pack(weight, quant, arena),
                        format + ", " + quant);
            }
        }
    }

    @Test
    void aTileOfAnotherLayoutIsRefused() {
        try (Arena arena = Arena.ofConfined()) {
            WeightCheckTest.formats()
                    .forEach(
                            format -> {
                                Weight weight =
                                        Weights.random(
                                                format,
                                                8,
                                                Weights.fit(format, 40),
                                                new Random(3),
                                                arena);
                                for (ActivationQuant quant : ActivationQuant.values()) {
                                    var matrix = PackedMatrices.pack(weight, quant, arena);
                                    ActivationTile tile = new TernaryInt8Layout(41).newTile();
                                    assertThrows(
                                            IllegalArgumentException.class,
                                            () -> matrix.multiply(tile, 0, 1, new float[8], 0, 8));
                                }
                            });
        }
    }
}
