package dev.trilobit.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.trilobit.api.program.ActivationQuant;
import dev.trilobit.api.program.WeightRef;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.api.quant.WeightFormat;
import java.lang.foreign.Arena;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PackedMatricesTest {
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
