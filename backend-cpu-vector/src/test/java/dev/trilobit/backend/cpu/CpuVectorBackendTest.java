package dev.trilobit.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.api.backend.Availability;
import dev.trilobit.api.backend.BackendProvider;
import dev.trilobit.api.backend.CompileOptions;
import dev.trilobit.api.backend.CompileProgress;
import dev.trilobit.api.backend.UnsupportedProgramException;
import dev.trilobit.api.program.ActivationQuant;
import dev.trilobit.api.program.ProgramBuilder;
import dev.trilobit.api.program.WeightRef;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.ScaleGranularity;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.api.quant.TernaryPacking;
import dev.trilobit.api.quant.UnusableWeightException;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.api.quant.WeightSource;
import dev.trilobit.api.quant.WeightWriter;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CpuVectorBackendTest {
    private final CpuVectorBackend backend = new CpuVectorBackend();

    private static CompileOptions options(String name, String value) {
        return new CompileOptions(64, 8, Map.of(name, value), CompileProgress.NONE);
    }

    @Test
    void isAvailableWhereTheVectorModuleIs() {
        assertTrue(new CpuVectorProvider().probe() instanceof Availability.Available);
        assertEquals("cpu-vector", new CpuVectorProvider().id());
    }

    @Test
    void moduleDescriptorAndServicesFileAgree() throws IOException {
        var provides =
                CpuVectorProvider.class.getModule().getDescriptor().provides().stream()
                        .filter(p -> p.service().equals(BackendProvider.class.getName()))
                        .findFirst()
                        .orElseThrow();
        String file = "META-INF/services/" + BackendProvider.class.getName();
        try (InputStream in = CpuVectorProvider.class.getModule().getResourceAsStream(file)) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(provides.providers(), text.lines().toList());
        }
    }

    @Test
    void unknownOptionIsRefusedByName() {
        var decoder = TinyDecoder.ternary();
        var e =
                assertThrows(
                        IllegalArgumentException.class,
                        () ->
                                backend.compile(
                                        decoder.program(),
                                        decoder.weights(),
                                        options("thread", "2")));
        assertEquals("cpu-vector: unknown option 'thread'; known: threads, kv", e.getMessage());
    }

    @Test
    void unknownFormOfTheCacheIsRefused() {
        var decoder = TinyDecoder.ternary();
        var e =
                assertThrows(
                        IllegalArgumentException.class,
                        () ->
                                backend.compile(
                                        decoder.program(), decoder.weights(), options("kv", "f8")));
        assertEquals("cpu-vector: kv must be one of f32, f16, int8, got 'f8'", e.getMessage());
    }

    @Test
    void everyWrongOptionIsNamedAtOnce() {
        var decoder = TinyDecoder.ternary();
        var wrong =
                new CompileOptions(
                        64,
                        8,
                        Map.of("threads", "x", "kv", "f8", "foo", "1", "bar", ""),
                        CompileProgress.NONE);
        var e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> backend.compile(decoder.program(), decoder.weights(), wrong));
        assertEquals(
                "cpu-vector: unknown option 'bar'; known: threads, kv; "
                        + "unknown option 'foo'; known: threads, kv; "
                        + "threads must be a number from 1 to 1024, got 'x'; "
                        + "kv must be one of f32, f16, int8, got 'f8'",
                e.getMessage());
    }

    @Test
    void threadsOutOfRangeAreRefused() {
        var decoder = TinyDecoder.ternary();
        for (String wrong : List.of("0", "-1", "1025", "two", "")) {
            var e =
                    assertThrows(
                            IllegalArgumentException.class,
                            () ->
                                    backend.compile(
                                            decoder.program(),
                                            decoder.weights(),
                                            options("threads", wrong)));
            assertEquals(
                    "cpu-vector: threads must be a number from 1 to 1024, got '" + wrong + "'",
                    e.getMessage());
        }
    }

    @Test
    void allMissingAndDifferingWeightsAreNamedAtOnce() {
        var decoder = TinyDecoder.ternary();
        decoder.weights().remove("0.q");
        decoder.weights().remove("1.down");
        decoder.weights()
                .put(
                        new WeightWriter(
                                        "norm",
                                        MatrixShape.vector(5),
                                        new Dense(FloatType.F32),
                                        Arena.ofAuto())
                                .weight());
        var e =
                assertThrows(
                        IllegalArgumentException.class,
                        () ->
                                backend.compile(
                                        decoder.program(),
                                        decoder.weights(),
                                        CompileOptions.forContext(64)));
        String message = String.valueOf(e.getMessage());
        assertTrue(message.contains("no weight 0.q"), message);
        assertTrue(message.contains("no weight 1.down"), message);
        assertTrue(message.contains("norm is Dense[type=F32] [1, 5]"), message);
    }

    @Test
    void missingWeightIsNamedWhateverTheSourceSays() {
        var decoder = TinyDecoder.ternary();
        WeightSource terse =
                (name, arena) -> {
                    if (name.equals("0.q") || name.equals("1.down")) {
                        throw new IllegalArgumentException("not there");
                    }
                    return decoder.weights().weight(name, arena);
                };
        var e =
                assertThrows(
                        UnusableWeightException.class,
                        () ->
                                backend.compile(
                                        decoder.program(), terse, CompileOptions.forContext(64)));
        assertEquals("unusable weights: 0.q: not there; 1.down: not there", e.getMessage());
    }

    @Test
    void scaleThatIsNotANumberIsRefusedByName() {
        var decoder = TinyDecoder.ternary();
        Weight weight = decoder.weights().weight("1.up");
        FloatType.F32.set(weight.scales(), 0, Float.NaN);
        var e =
                assertThrows(
                        IllegalArgumentException.class,
                        () ->
                                backend.compile(
                                        decoder.program(),
                                        decoder.weights(),
                                        CompileOptions.forContext(64)));
        assertTrue(String.valueOf(e.getMessage()).contains("1.up"), e.toString());
        assertTrue(String.valueOf(e.getMessage()).contains("NaN"), e.toString());
    }

    @Test
    void gainThatIsNotANumberIsAnUnusableWeight() {
        var decoder = TinyDecoder.ternary();
        FloatType.F32.set(decoder.weights().weight("0.norm1").codes(), 3, Float.NaN);
        var e =
                assertThrows(
                        UnusableWeightException.class,
                        () ->
                                backend.compile(
                                        decoder.program(),
                                        decoder.weights(),
                                        CompileOptions.forContext(64)));
        assertTrue(String.valueOf(e.getMessage()).contains("0.norm1"), e.toString());
    }

    @Test
    void layerTooWideForExactSumsIsRejectedWithItsName() {
        int cols = TernaryWords.MAX_COLS + 1;
        var builder = new ProgramBuilder(1);
        var table = new WeightRef("table", new MatrixShape(1, cols), new Dense(FloatType.F32));
        var format = new Ternary(TernaryPacking.CONSECUTIVE, new ScaleGranularity.PerTensor());
        var wide = new WeightRef("wide", new MatrixShape(1, cols), format);
        builder.linear(builder.embed(table), wide, ActivationQuant.INT8_PER_TOKEN);
        var program = builder.build();
        assertEquals("wide", backend.unsupported(program).getFirst().what());
        assertThrows(
                UnsupportedProgramException.class,
                () ->
                        backend.compile(
                                program,
                                TinyDecoder.ternary().weights(),
                                CompileOptions.forContext(8)));
    }

    @Test
    void progressEndsAtTheTotal() {
        var decoder = TinyDecoder.binary();
        var seen = new ArrayList<Long>();
        var options =
                new CompileOptions(
                        64,
                        8,
                        Map.of(),
                        (done, total) -> {
                            seen.add(done);
                            assertTrue(done <= total);
                            if (done == total) {
                                seen.add(-1L);
                            }
                        });
        try (var program = backend.compile(decoder.program(), decoder.weights(), options)) {
            assertEquals(-1L, seen.getLast());
            assertFalse(program.weightBytes() <= 0);
        }
    }

    @Test
    void sizesBeyondAnArrayAreRefusedBeforeAnyWork() {
        var decoder = TinyDecoder.ternary();
        var longContext = CompileOptions.forContext(Integer.MAX_VALUE);
        var e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> backend.compile(decoder.program(), decoder.weights(), longContext));
        assertTrue(
                String.valueOf(e.getMessage()).contains("a context of 2147483647"), e.toString());
        var longStep = new CompileOptions(50_000_000, 50_000_000, Map.of(), CompileProgress.NONE);
        e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> backend.compile(decoder.program(), decoder.weights(), longStep));
        assertTrue(String.valueOf(e.getMessage()).contains("steps of 50000000"), e.toString());
    }

    @Test
    void aListenerThatThrowsStopsTheCompilation() {
        var decoder = TinyDecoder.binary();
        var options =
                new CompileOptions(
                        64,
                        8,
                        Map.of(),
                        (_, _) -> {
                            throw new IllegalStateException("enough");
                        });
        var e =
                assertThrows(
                        IllegalStateException.class,
                        () -> backend.compile(decoder.program(), decoder.weights(), options));
        assertEquals("enough", e.getMessage());
    }

    @Test
    void deviceSaysHowWideItsVectorsAre() {
        assertEquals(
                Integer.toString(Lanes.FLOATS.vectorBitSize()),
                backend.device().properties().get("vector-bits"));
        assertEquals(
                List.of("vector-bits", "processors"),
                List.copyOf(backend.device().properties().keySet()));
    }
}
