package dev.trilobit.model.arch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.trilobit.api.program.RopeScaling;
import dev.trilobit.api.program.RopeSpec;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rotary embedding of GGUF files. */
class GgufRopeTest {
    private static final int HEAD_DIM = 64;

    private static RopeSpec read(TinyGguf model) {
        try (var folder = model.folder()) {
            return ModelConfig.read(folder).rope();
        }
    }

    @Test
    void linearDividesByTheFactor() {
        assertEquals(
                new RopeScaling.Linear(4),
                read(TinyGguf.llama()
                                .word("rope.scaling.type", "linear")
                                .number("rope.scaling.factor", 4))
                        .scaling());
    }

    @Test
    void factorWithoutATypeIsLinear() {
        assertEquals(
                new RopeScaling.Linear(2),
                read(TinyGguf.llama().number("rope.scaling.factor", 2)).scaling());
        assertEquals(
                new RopeScaling.Linear(2),
                read(TinyGguf.llama().number("rope.scale_linear", 2)).scaling());
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 1})
    void linearByNothingIsNone(double factor) {
        assertEquals(
                new RopeScaling.None(),
                read(TinyGguf.of("bitnet")
                                .word("rope.scaling.type", "linear")
                                .number("rope.scaling.factor", factor))
                        .scaling());
    }

    @Test
    void noneIgnoresTheFactor() {
        assertEquals(
                new RopeScaling.None(),
                read(TinyGguf.llama()
                                .word("rope.scaling.type", "none")
                                .number("rope.scaling.factor", 4))
                        .scaling());
    }

    @Test
    void yarnHasTheParametersOfTransformers() {
        assertEquals(
                new RopeScaling.Yarn(4, 16, 32, 1, 0.1 * Math.log(4) + 1),
                read(TinyGguf.of("qwen3")
                                .word("rope.scaling.type", "yarn")
                                .number("rope.scaling.factor", 4)
                                .count("rope.scaling.original_context_length", 16))
                        .scaling());
    }

    @Test
    void yarnWithoutAFactorIsRefused() {
        TinyGguf.llama()
                .word("rope.scaling.type", "yarn")
                .refused("yarn factor must be positive, got 0.0");
    }

    @Test
    void otherYarnsAreRefused() {
        for (String key : new String[] {"yarn_ext_factor", "yarn_attn_factor"}) {
            TinyGguf.llama()
                    .word("rope.scaling.type", "yarn")
                    .number("rope.scaling.factor", 4)
                    .number("rope.scaling." + key, 0.5)
                    .refused("key llama.rope.scaling." + key, "got 0.5");
        }
        TinyGguf.llama()
                .word("rope.scaling.type", "yarn")
                .number("rope.scaling.factor", 4)
                .number("rope.scaling.yarn_log_multiplier", 0.5)
                .refused("key llama.rope.scaling.yarn_log_multiplier", "got 0.5");
    }

    @Test
    void otherScalingsAreRefused() {
        TinyGguf.llama()
                .word("rope.scaling.type", "longrope")
                .refused("rope.scaling.type: expected none, linear or yarn, got longrope");
    }

    @Test
    void partOfAHeadIsRefused() {
        TinyGguf.llama()
                .count("rope.dimension_count", 32)
                .refused("rope.dimension_count: expected the 64 elements of a head, got 32");
        TinyGguf.llama()
                .counts("rope.dimension_sections", 8, 8, 16, 0)
                .refused("rope.dimension_sections: sections of positions are not supported");
    }

    @Test
    void baseThatIsNoneIsRefused() {
        TinyGguf.llama().number("rope.freq_base", 1).refused("theta must be finite and above 1");
    }

    @ParameterizedTest
    @ValueSource(floats = {8, 32})
    void factorsOfLlama3AreRecognised(float factor) {
        RopeSpec rope =
                read(
                        TinyGguf.llama()
                                .number("rope.freq_base", 500_000)
                                .floats("rope_freqs.weight", factors(500_000, factor)));
        assertEquals(new RopeScaling.Llama3(factor, 1, 4, 8192), rope.scaling());
    }

    @Test
    void factorsOfOneAreNone() {
        var ones = new float[HEAD_DIM / 2];
        Arrays.fill(ones, 1);
        assertEquals(
                new RopeScaling.None(),
                read(TinyGguf.llama().floats("rope_freqs.weight", ones)).scaling());
    }

    @Test
    void otherFactorsAreRefused() {
        float[] other = factors(500_000, 8);
        other[20] *= 1.01f;
        TinyGguf.llama()
                .number("rope.freq_base", 500_000)
                .floats("rope_freqs.weight", other)
                .refused(
                        "tensor rope_freqs.weight: expected the factors of Llama 3.1 and later, got"
                                + " others, which are not supported");
    }

    @Test
    void factorsOfAnotherLengthAreRefused() {
        TinyGguf.llama()
                .floats("rope_freqs.weight", 1, 1)
                .refused("tensor rope_freqs.weight: expected [F32, F16, BF16] [32], got F32 [2]");
    }

    @Test
    void factorsBesideAScalingAreRefused() {
        TinyGguf.llama()
                .number("rope.freq_base", 500_000)
                .number("rope.scaling.factor", 2)
                .floats("rope_freqs.weight", factors(500_000, 8))
                .refused("tensor rope_freqs.weight: expected no rope.scaling beside it");
    }

    /** As llama.cpp's converter computes them. */
    private static float[] factors(double theta, double factor) {
        var factors = new float[HEAD_DIM / 2];
        for (int i = 0; i < factors.length; i++) {
            double wavelength = 2 * Math.PI * Math.pow(theta, 2.0 * i / HEAD_DIM);
            if (wavelength < 8192 / 4.0) {
                factors[i] = 1;
            } else if (wavelength > 8192) {
                factors[i] = (float) factor;
            } else {
                double smooth = (8192 / wavelength - 1) / (4 - 1);
                factors[i] = (float) (1 / ((1 - smooth) / factor + smooth));
            }
        }
        return factors;
    }
}
