package dev.trilobit.api.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The small records and exceptions of package {@code backend}. */
class OptionsTest {
    @ParameterizedTest
    @CsvSource({"0, 1", "1, 0", "-1, 1", "1, -1"})
    void contextAndStepArePositive(int context, int step) {
        var thrown =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> new CompileOptions(context, step, Map.of(), CompileProgress.NONE));

        assertEquals(
                "context of %d tokens in steps of at most %d: both must be positive"
                        .formatted(context, step),
                thrown.getMessage());
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "127, 127", "128, 128", "4096, 128"})
    void aStepIsNoLongerThanTheContext(int context, int step) {
        assertEquals(
                new CompileOptions(context, step, Map.of(), CompileProgress.NONE),
                CompileOptions.forContext(context));
    }

    @Test
    void optionsKeepTheirOwnMap() {
        var given = new HashMap<>(Map.of("threads", "2"));
        var options = new CompileOptions(1, 1, given, CompileProgress.NONE);

        given.clear();

        assertEquals(Map.of("threads", "2"), options.backendOptions());
    }

    @Test
    void devicePropertiesKeepTheirOrder() {
        var given = new LinkedHashMap<String, String>();
        List<String> names = List.of("zeta", "alpha", "vector-bits", "cores", "beta");
        names.forEach(name -> given.put(name, "1"));

        var device = new DeviceInfo("cpu", given);
        given.clear();

        assertEquals(names, List.copyOf(device.properties().keySet()));
        assertThrows(UnsupportedOperationException.class, () -> device.properties().clear());
    }

    @Test
    void anUnsupportedProgramListsEveryReason() {
        var thrown =
                new UnsupportedProgramException(
                        "npu",
                        List.of(
                                new Rejection("op 3", "no such kernel"),
                                new Rejection("embed", "bf16; use f16")));

        assertEquals(
                "npu cannot compile this program: [op 3: no such kernel, embed: bf16; use f16]",
                thrown.getMessage());
    }
}
