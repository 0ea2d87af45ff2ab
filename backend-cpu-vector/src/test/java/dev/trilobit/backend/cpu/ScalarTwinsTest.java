package dev.trilobit.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.Binary;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.ScaleGranularity;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.api.quant.TernaryPacking;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.api.quant.WeightFormat;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ScalarTwinsTest {
    private static final int ROWS = 5;
    private static final int COLS = 101;
    private static final int GROUP = 32;

    private final Arena arena = Arena.ofConfined();
    private final Random random = new Random(99);
    private final float[] x = new float[COLS];
    private final float[] y = new float[ROWS];

    @AfterEach
    void closeArena() {
        arena.close();
    }

    @Test
    void ternaryTwinIsTheDefinition() {
        Weight weight =
                weight(new Ternary(TernaryPacking.CONSECUTIVE, new ScaleGranularity.PerTensor()));
        FloatType.F32.set(weight.scales(), 0, 1f);
        byte[] q = new byte[COLS];
        random.nextBytes(q);
        for (int c = 0; c < COLS; c++) {
            x[c] = q[c];
        }
        int[] dots = new int[ROWS];
        ScalarTwins.ternary(codes(weight), COLS, q, dots);
        Oracle oracle = Oracle.of(weight, x, 0);
        for (int r = 0; r < ROWS; r++) {
            assertEquals(oracle.value(r), dots[r]);
        }
    }

    @Test
    void bitTwinsAreTheDefinition() {
        Weight symmetric = weight(new Binary(GROUP, Binary.Mode.SYMMETRIC, FloatType.F32));
        ScalarTwins.symmetricBits(codes(symmetric), GROUP, floats(symmetric.scales()), x, y);
        assertMatches(symmetric);
        Weight affine = weight(new Binary(GROUP, Binary.Mode.AFFINE, FloatType.F32));
        float[] scales = floats(affine.scales());
        ScalarTwins.affineBits(codes(affine), GROUP, scales, floats(affine.biases()), x, y);
        assertMatches(affine);
    }

    @Test
    void twoBitTwinIsTheDefinition() {
        Weight affine = weight(new Affine(2, GROUP, FloatType.F32));
        float[] scales = floats(affine.scales());
        ScalarTwins.twoBits(codes(affine), 0, GROUP, scales, floats(affine.biases()), x, y);
        assertMatches(affine);
        var groups = new ScaleGranularity.PerGroup(GROUP, FloatType.F32);
        Weight ternary = weight(new Ternary(TernaryPacking.CONSECUTIVE, groups));
        scales = floats(ternary.scales());
        ScalarTwins.twoBits(codes(ternary), -1, GROUP, scales, new float[scales.length], x, y);
        assertMatches(ternary);
    }

    @Test
    void denseTwinsAreTheDefinition() {
        Weight full = weight(new Dense(FloatType.F32));
        ScalarTwins.dense(floats(full.codes()), x, y);
        assertMatches(full);
        Weight bfloats = weight(new Dense(FloatType.BF16));
        ScalarTwins.denseBfloats(bfloats.codes().toArray(ValueLayout.JAVA_SHORT), x, y);
        assertMatches(bfloats);
        Weight halves = weight(new Dense(FloatType.F16));
        ScalarTwins.denseHalves(halves.codes().toArray(ValueLayout.JAVA_SHORT), x, y);
        assertMatches(halves);
    }

    private Weight weight(WeightFormat format) {
        for (int c = 0; c < COLS; c++) {
            x[c] = (float) random.nextGaussian();
        }
        return Weights.random(format, ROWS, COLS, random, arena);
    }

    private static byte[] codes(Weight weight) {
        return weight.codes().toArray(ValueLayout.JAVA_BYTE);
    }

    private static float[] floats(MemorySegment plane) {
        return plane.toArray(ValueLayout.JAVA_FLOAT);
    }

    private void assertMatches(Weight weight) {
        Oracle oracle = Oracle.of(weight, x, 0);
        for (int r = 0; r < ROWS; r++) {
            assertEquals(oracle.value(r), y[r], 2 * oracle.bound(r));
        }
    }
}
