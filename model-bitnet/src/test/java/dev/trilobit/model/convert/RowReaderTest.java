package dev.trilobit.model.convert;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.Binary;
import dev.trilobit.api.quant.BlockType;
import dev.trilobit.api.quant.Blocks;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.ReferenceCodec;
import dev.trilobit.api.quant.ScaleGranularity;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.api.quant.TernaryPacking;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.api.quant.WeightFormat;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RowReaderTest {
    static List<WeightFormat> formats() {
        var formats = new ArrayList<WeightFormat>();
        for (FloatType type : FloatType.values()) {
            formats.add(new Dense(type));
            for (Binary.Mode mode : Binary.Mode.values()) {
                formats.add(new Binary(128, mode, type));
            }
            for (int bits : new int[] {2, 3, 4, 5, 6, 8}) {
                formats.add(new Affine(bits, 32, type));
            }
            formats.add(
                    new Ternary(
                            TernaryPacking.CONSECUTIVE, new ScaleGranularity.PerGroup(64, type)));
        }
        for (TernaryPacking packing : TernaryPacking.values()) {
            formats.add(new Ternary(packing, new ScaleGranularity.PerTensor()));
        }
        for (BlockType type : BlockType.values()) {
            formats.add(new Blocks(type));
        }
        return formats;
    }

    @ParameterizedTest
    @MethodSource("formats")
    void rowsAreThoseOfTheReferenceCodec(WeightFormat format) {
        try (Arena arena = Arena.ofShared()) {
            int cols = format instanceof Blocks ? 512 : 296;
            Weight weight = TinyWeights.matrix(format, 12, cols, arena);
            var reader = new RowReader(weight);
            double[] values = new double[cols];
            for (int row = 0; row < 12; row++) {
                reader.read(row, values);
                // A difference of zero takes -0 for 0.
                assertArrayEquals(ReferenceCodec.decodeRow(weight, row), values, 0.0);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("formats")
    void everyFormatIsHeldByItself(WeightFormat format) {
        try (Arena arena = Arena.ofShared()) {
            Weight weight = TinyWeights.matrix(format, 8, 512, arena);
            assertEquals(weight, ExactRepacker.repack(weight, format, arena));
        }
    }
}
