package dev.trilobit.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.api.backend.BackendException;
import dev.trilobit.api.backend.DecoderSession;
import dev.trilobit.api.backend.LogitRows;
import dev.trilobit.api.quant.UnusableWeightException;
import dev.trilobit.model.file.ModelFormatException;
import dev.trilobit.model.generate.SamplerSettings;
import dev.trilobit.model.text.TextCodec;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class LanguageModelTest {
    private static final GenerationOptions OPTIONS =
            GenerationOptions.defaults().withMaxTokens(12).withSampling(SamplerSettings.greedy());

    private final ToyParts toys = new ToyParts();

    private ModelParts parts() {
        return new ModelParts(
                _ -> toys.decoder(), TextCodec::open, (request, _) -> toys.selection(request));
    }

    private LanguageModel open(ModelOptions options) {
        return new LanguageModel(ModelLoader.load(toys.folder(), options, parts()));
    }

    private LanguageModel open() {
        return open(ModelOptions.defaults());
    }

    private <E extends RuntimeException> E openFails(Class<E> type, ModelParts parts) {
        return assertThrows(
                type, () -> ModelLoader.load(toys.folder(), ModelOptions.defaults(), parts));
    }

    @Test
    void infoTellsSizesOfTheModel() {
        try (LanguageModel model = open()) {
            ModelInfo info = model.info();

            assertEquals("toys", info.label());
            assertEquals("toy", info.architecture());
            assertEquals(1200, info.parameters());
            assertEquals(2400, info.weightBytes());
            assertEquals(7, info.deviceBytes());
            assertEquals(ToyParts.OWN_CONTEXT, info.maxContextTokens());
            assertEquals("toy box", model.device().name());
            assertEquals("toy", model.selection().chosen().orElseThrow());
        }
    }

    @Test
    void contextAskedForIsCompiled() {
        try (LanguageModel model = open(ModelOptions.defaults().withMaxContextTokens(20))) {
            assertEquals(20, model.info().maxContextTokens());
            assertEquals(20, toys.compiled.getFirst().maxContextTokens());
            assertEquals(20, toys.compiled.getFirst().maxTokensPerStep());
        }
    }

    @Test
    void contextAboveTheModelsIsRefusedAndAllIsClosed() {
        var e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> open(ModelOptions.defaults().withMaxContextTokens(65)));

        assertEquals("max context tokens: toys was made for at most 64, got 65", e.getMessage());
        assertEquals(List.of("folder"), toys.closed);
    }

    @Test
    void closeClosesEverythingInReverseOrderOnce() {
        LanguageModel model = open();

        model.close();
        model.close();

        assertEquals(List.of("program", "backend", "folder"), toys.closed);
        assertThrows(IllegalStateException.class, model::newSession);
    }

    @Test
    void failingDecoderClosesTheFolder() {
        var failure = new ModelFormatException("toys", "bad weights");

        var e =
                openFails(
                        ModelFormatException.class,
                        new ModelParts(
                                _ -> {
                                    throw failure;
                                },
                                TextCodec::open,
                                (request, _) -> toys.selection(request)));

        assertSame(failure, e);
        assertEquals(List.of("folder"), toys.closed);
    }

    @Test
    void failingSelectionClosesTheFolder() {
        openFails(
                BackendException.class,
                new ModelParts(
                        parts().decoder(),
                        TextCodec::open,
                        (_, _) -> {
                            throw new BackendException("no device");
                        }));

        assertEquals(List.of("folder"), toys.closed);
    }

    @Test
    void failingTokenizerClosesEverything() {
        var e =
                openFails(
                        ModelFormatException.class,
                        new ModelParts(
                                parts().decoder(),
                                folder -> {
                                    throw new ModelFormatException(folder.label(), "bad text");
                                },
                                parts().backend()));

        assertEquals("toys: bad text", e.getMessage());
        // Whether it was known before the weights were compiled is a matter of time.
        assertEquals(
                List.of("backend", "folder"),
                toys.closed.stream().filter(name -> !name.equals("program")).toList());
    }

    @Test
    void badWeightsAreAFaultOfTheFolderAndAllIsClosed() {
        toys.compileFailure = Optional.of(new UnusableWeightException("table is NaN"));

        var e = openFails(ModelFormatException.class, parts());

        assertEquals("toys: table is NaN", e.getMessage());
        assertEquals(List.of("backend", "folder"), toys.closed);
    }

    @Test
    void badOptionsOfTheBackendStayOptions() {
        var failure = new IllegalArgumentException("threads: expected 1 or more");
        toys.compileFailure = Optional.of(failure);

        assertSame(failure, openFails(IllegalArgumentException.class, parts()));
    }

    @Test
    void aMissingTokenizerIsReportedBeforeABackendIsChosen() {
        toys.files.remove("tokenizer.json");
        var e =
                openFails(
                        ModelFormatException.class,
                        new ModelParts(
                                parts().decoder(),
                                parts().text(),
                                (_, _) -> {
                                    throw new AssertionError("too late");
                                }));

        assertEquals(
                "toys: expected tokenizer.json, tokenizer.model or a GGUF file with"
                        + " tokenizer.ggml.model, got [tokenizer_config.json]",
                e.getMessage());
        assertEquals(List.of(), toys.compiled);
    }

    @Test
    void folderIsClosedOnlyWhenTheTokenizerIsRead() {
        var started = new CountDownLatch(1);
        openFails(
                BackendException.class,
                new ModelParts(
                        _ -> {
                            try {
                                started.await();
                            } catch (InterruptedException e) {
                                throw new AssertionError(e);
                            }
                            throw new BackendException("no memory");
                        },
                        folder -> {
                            started.countDown();
                            TextCodec codec = TextCodec.open(folder);
                            toys.closed.add("tokenizer read");
                            return codec;
                        },
                        parts().backend()));

        assertEquals(List.of("tokenizer read", "folder"), toys.closed);
    }

    @Test
    void closeWithOpenSessionsIsRefusedWithTheirNumber() {
        LanguageModel model = open();
        TextSession text = model.newSession();
        ChatSession chat = model.newChat();
        DecoderSession logits = model.newDecoderSession();
        DecoderSession fork = logits.fork();

        var e = assertThrows(IllegalStateException.class, model::close);
        assertEquals("toys: close its 4 open sessions before the model", e.getMessage());
        assertEquals(List.of(), toys.closed);

        text.close();
        chat.close();
        logits.close();
        logits.close();
        assertEquals(
                "toys: close its 1 open session before the model",
                assertThrows(IllegalStateException.class, model::close).getMessage());
        fork.close();
        model.close();
        assertFalse(toys.closed.isEmpty());
    }

    @Test
    void generateLeavesNoSessionOpen() {
        LanguageModel model = open();
        assertFalse(model.generate("Once upon", OPTIONS).tokens().isEmpty());
        assertThrows(IllegalArgumentException.class, () -> model.generate("", OPTIONS));

        model.close();
    }

    @Test
    void generatedTextIsTheTokensDecoded() {
        try (LanguageModel model = open()) {
            var heard = new StringBuilder();
            GenerationResult result =
                    model.generate(
                            "Once upon",
                            OPTIONS,
                            piece -> {
                                heard.append(piece);
                                return true;
                            });

            int[] tokens = result.tokens().stream().mapToInt(Integer::intValue).toArray();
            assertEquals(model.text().tokenizer().decode(tokens), result.text());
            assertEquals(result.text(), heard.toString());
        }
    }

    @Test
    void sessionContinuesItsOwnText() {
        try (LanguageModel model = open();
                TextSession session = model.newSession()) {
            GenerationResult first = session.generate("Once upon", OPTIONS.withMaxTokens(5));
            GenerationResult second = session.generate("", OPTIONS.withMaxTokens(5));
            GenerationResult whole = model.generate("Once upon", OPTIONS.withMaxTokens(10));

            var both = new ArrayList<>(first.tokens());
            both.addAll(second.tokens());
            assertEquals(whole.tokens(), both);
        }
    }

    @Test
    void promptLongerThanTheContextIsRefusedWithNumbers() {
        try (LanguageModel model = open()) {
            var e =
                    assertThrows(
                            ContextOverflowException.class,
                            () -> model.generate("!? ".repeat(200), OPTIONS));
            assertTrue(e.tokens() > 64);
            assertEquals(64, e.maxContextTokens());
        }
    }

    @Test
    void chatWithoutTemplateSaysSo() {
        try (LanguageModel model = open();
                ChatSession chat = model.newChat()) {
            assertFalse(chat.usesTemplate());
            chat.send("Hello", OPTIONS);
            assertEquals(2, chat.history().size());
        }
    }

    @Test
    void sessionsOfOneModelDoNotDisturbEachOther() throws Exception {
        try (LanguageModel model = open();
                ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<String> prompts = List.of("Once", "upon", "a", "time");
            var running = new ArrayList<Future<GenerationResult>>();
            for (String prompt : prompts) {
                running.add(threads.submit(() -> model.generate(prompt, OPTIONS)));
            }
            for (int i = 0; i < prompts.size(); i++) {
                assertEquals(
                        model.generate(prompts.get(i), OPTIONS).tokens(),
                        running.get(i).get().tokens());
            }
        }
    }

    @Test
    void decoderSessionGivesTheBackendsLogits() {
        try (LanguageModel model = open();
                DecoderSession session = model.newDecoderSession()) {
            var logits = session.forward(new int[] {1, 2}, LogitRows.LAST);

            assertArrayEquals(
                    ToyParts.logitsAfter(List.of(1, 2)), logits.toArray(ValueLayout.JAVA_FLOAT));
            session.truncate(1);
            assertEquals(1, session.position());
            assertEquals(64, session.maxContextTokens());
        }
    }

    @Test
    void decoderSessionKeepsTheGreedyPathOfTheBackend() {
        try (LanguageModel model = open();
                DecoderSession session = model.newDecoderSession()) {
            var tokens = new ArrayList<Integer>();

            assertEquals(3, session.greedy(1, 3, tokens::add));
            assertEquals(3, tokens.size());
        }
    }
}
