package dev.trilobit.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.trilobit.api.quant.UnusableWeightException;
import dev.trilobit.model.file.ModelFormatException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CompiledDecoderTest {
    private final ToyParts toys = new ToyParts();

    private CompiledDecoder open(ModelOptions options, Runnable beforeCompiling) {
        return CompiledDecoder.open(
                "toys",
                toys.decoder(),
                options,
                8,
                (request, _) -> toys.selection(request),
                beforeCompiling);
    }

    private CompiledDecoder open(int context) {
        return open(ModelOptions.defaults().withMaxContextTokens(context), () -> {});
    }

    @Test
    void programIsClosedBeforeItsBackendOnce() {
        CompiledDecoder decoder = open(0);
        decoder.close();
        decoder.close();
        assertEquals(List.of("program", "backend"), toys.closed);
    }

    @Test
    void contextIsTheModelsOwnUnlessLessIsAskedFor() {
        try (CompiledDecoder own = open(0);
                CompiledDecoder less = open(5)) {
            assertEquals(ToyParts.OWN_CONTEXT, own.contextTokens());
            assertEquals(8, own.stepTokens());
            assertEquals(5, less.contextTokens());
            assertEquals(5, less.stepTokens());
            assertEquals(5, toys.compiled.getLast().maxContextTokens());
            assertEquals("toy", less.selection().id());
        }
    }

    @Test
    void contextAboveTheModelsIsRefusedBeforeABackendOpens() {
        var e = assertThrows(IllegalArgumentException.class, () -> open(65));
        assertEquals("max context tokens: toys was made for at most 64, got 65", e.getMessage());
        assertEquals(List.of(), toys.closed);
    }

    @Test
    void failureBeforeCompilingClosesTheBackend() {
        var failure = new IllegalStateException("not now");
        var e =
                assertThrows(
                        IllegalStateException.class,
                        () ->
                                open(
                                        ModelOptions.defaults(),
                                        () -> {
                                            throw failure;
                                        }));
        assertSame(failure, e);
        assertEquals(List.of("backend"), toys.closed);
        assertEquals(List.of(), toys.compiled);
    }

    @Test
    void weightThatCannotBeUsedIsAFaultOfTheFiles() {
        toys.compileFailure = Optional.of(new UnusableWeightException("table: code 3"));
        var e = assertThrows(ModelFormatException.class, () -> open(0));
        assertEquals("toys: table: code 3", e.getMessage());
        assertEquals(List.of("backend"), toys.closed);
    }
}
