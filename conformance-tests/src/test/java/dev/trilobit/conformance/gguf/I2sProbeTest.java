package dev.trilobit.conformance.gguf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.conformance.transformers.RecordedModel;
import dev.trilobit.model.GenerationOptions;
import dev.trilobit.model.I2sChoice;
import dev.trilobit.model.I2sFit;
import dev.trilobit.model.I2sProbe;
import dev.trilobit.model.LanguageModel;
import dev.trilobit.model.ModelOptions;
import dev.trilobit.model.arch.DecoderModels;
import dev.trilobit.model.embedded.EmbeddedModels;
import dev.trilobit.model.file.ModelFolder;
import dev.trilobit.model.file.ModelFolders;
import dev.trilobit.model.file.ModelFormatException;
import dev.trilobit.model.generate.SamplerSettings;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The probe on a trained model written in each layout. */
class I2sProbeTest {
    private static final ModelOptions PROBING =
            ModelOptions.defaults().withI2s(I2sChoice.PROBE).withMaxContextTokens(64);

    /** What the right layout of a trained model is better by, at the least. */
    private static final double FAR_BETTER = 50;

    @TempDir private Path folder;

    @ParameterizedTest
    @EnumSource(names = {"A", "B", "C"})
    void probeFindsTheLayoutOfATrainedModel(I2sChoice written) throws IOException {
        writeStories(written);
        try (ModelFolder files = ModelFolders.open(folder)) {
            I2sFit fit = I2sProbe.probe(files, ModelOptions.defaults()).orElseThrow();
            List<I2sFit.Score> scores = fit.scores();
            assertEquals(written, fit.best(), fit.figures());
            assertTrue(
                    scores.get(1).perplexity() >= FAR_BETTER * scores.get(0).perplexity(),
                    fit.figures());
        }
    }

    @Test
    void modelOpenedWithAProbeTellsTheStoryOfItsSafetensors() throws IOException {
        var greedy =
                GenerationOptions.defaults()
                        .withMaxTokens(24)
                        .withSampling(SamplerSettings.greedy());
        String told;
        try (var model = LanguageModel.open(EmbeddedModels.open("bitnet"), PROBING)) {
            told = model.generate("Once upon a time", greedy).text();
        }
        writeStories(I2sChoice.C);
        try (var model = LanguageModel.open(folder, PROBING)) {
            assertEquals(told, model.generate("Once upon a time", greedy).text());
        }
    }

    @Test
    void modelThatKnowsNoTextIsRefusedWithTheFigures() throws IOException {
        GgufTwin.Storage shuffled =
                (weight, _) ->
                        GgufTwin.i2s('a').store(weight, row -> (row + 5) % weight.shape().rows());
        try (ModelFolder stories = EmbeddedModels.open("bitnet")) {
            new GgufTwin(DecoderModels.open(stories), "bitnet-b1.58")
                    .write(folder.resolve("model.gguf"), shuffled);
        }
        copyFromStories("tokenizer.json");
        copyFromStories("tokenizer_config.json");
        try (ModelFolder files = ModelFolders.open(folder)) {
            var error =
                    assertThrows(
                            ModelFormatException.class,
                            () -> I2sProbe.probe(files, ModelOptions.defaults()));
            String message = String.valueOf(error.getMessage());
            assertTrue(message.contains("no layout of its I2_S tensors fits clearly"), message);
            assertTrue(
                    message.matches("(?s).*perplexity [abc] \\S+, [abc] \\S+, [abc] .*"), message);
        }
    }

    @Test
    void modelWithoutI2sTensorsNeedsNoProbe() {
        try (ModelFolder files = EmbeddedModels.open("bitnet")) {
            assertEquals(Optional.empty(), I2sProbe.probe(files, ModelOptions.defaults()));
        }
    }

    @Test
    void textOutsideTheVocabularyIsRefused() throws IOException {
        try (RecordedModel small = RecordedModel.open("bitnet-offline")) {
            new GgufTwin(DecoderModels.open(small.folder()), "bitnet-b1.58")
                    .write(folder.resolve("model.gguf"), GgufTwin.i2s('a'));
        }
        copyFromStories("tokenizer.json");
        copyFromStories("tokenizer_config.json");
        try (ModelFolder files = ModelFolders.open(folder)) {
            var error =
                    assertThrows(
                            ModelFormatException.class,
                            () -> I2sProbe.probe(files, ModelOptions.defaults()));
            String message = String.valueOf(error.getMessage());
            assertTrue(message.contains("the vocabulary has 320"), message);
        }
    }

    private void writeStories(I2sChoice layout) throws IOException {
        try (ModelFolder stories = EmbeddedModels.open("bitnet")) {
            new GgufTwin(DecoderModels.open(stories), "bitnet-b1.58")
                    .write(folder.resolve("model.gguf"), GgufTwin.i2s(layout.label().charAt(0)));
        }
        copyFromStories("tokenizer.json");
        copyFromStories("tokenizer_config.json");
    }

    private void copyFromStories(String name) throws IOException {
        try (ModelFolder stories = EmbeddedModels.open("bitnet")) {
            Files.write(
                    folder.resolve(name),
                    stories.find(name).orElseThrow().toArray(ValueLayout.JAVA_BYTE));
        }
    }
}
