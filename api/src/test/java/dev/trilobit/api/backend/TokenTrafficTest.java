package dev.trilobit.api.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.trilobit.api.program.ActivationQuant;
import dev.trilobit.api.program.AttentionSpec;
import dev.trilobit.api.program.ProgramBuilder;
import dev.trilobit.api.program.WeightRef;
import dev.trilobit.api.quant.Binary;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.WeightFormat;
import org.junit.jupiter.api.Test;

class TokenTrafficTest {
    private static final int VOCABULARY = 10;
    private static final int WIDTH = 32;

    private static WeightRef ref(String name, int rows, WeightFormat format) {
        return new WeightRef(name, new MatrixShape(rows, WIDTH), format);
    }

    @Test
    void aTokenReadsOneRowOfItsEmbeddingAndAllOfTheRest() {
        var builder = new ProgramBuilder(VOCABULARY);
        WeightRef table = ref("table", VOCABULARY, new Dense(FloatType.BF16));
        WeightRef one = ref("one", WIDTH, new Binary(16, Binary.Mode.SYMMETRIC, FloatType.F16));
        var x = builder.embed(table);
        x = builder.rmsNorm(x, ref("gain", 1, new Dense(FloatType.F32)), 1e-5f);
        var q = builder.linear(x, one, ActivationQuant.NONE);
        var a = builder.attend(q, q, q, new AttentionSpec(4, 4, 8, 1));
        builder.linear(a, table, ActivationQuant.NONE);
        TokenTraffic traffic = TokenTraffic.asStored(builder.build());
        int row = 2 * WIDTH;
        int gain = 4 * WIDTH;
        int bits = WIDTH * WIDTH / 8;
        int scales = WIDTH * (WIDTH / 16) * 2;
        int head = VOCABULARY * WIDTH * 2;
        int cache = 2 * 4 * 8 * 4;
        assertEquals(new TokenTraffic(row + gain + bits + scales + head, cache, "f32"), traffic);
        assertEquals(row + gain + bits + scales + head + 3L * cache, traffic.bytesAt(3));
    }

    @Test
    void theMeanOfPositionsGivesTheMeanOfTheirBytes() {
        var traffic = new TokenTraffic(100, 64, "f16");
        assertEquals(100, traffic.bytesAt(0));
        assertEquals(100 + 32, traffic.bytesAt(0.5));
        assertEquals(100 + (1L << 37), traffic.bytesAt(1L << 31));
    }

    @Test
    void whatCannotBeIsRefused() {
        var traffic = new TokenTraffic(100, 64, "f16");
        assertThrows(IllegalArgumentException.class, () -> traffic.bytesAt(-1));
        assertThrows(IllegalArgumentException.class, () -> traffic.bytesAt(Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> new TokenTraffic(-1, 0, "f32"));
        assertThrows(IllegalArgumentException.class, () -> new TokenTraffic(0, -1, "f32"));
        assertThrows(IllegalArgumentException.class, () -> new TokenTraffic(0, 0, " "));
    }
}
