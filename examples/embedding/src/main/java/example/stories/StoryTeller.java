package example.stories;

import dev.trilobit.model.GenerationOptions;
import dev.trilobit.model.GenerationResult;
import dev.trilobit.model.LanguageModel;
import dev.trilobit.model.ModelOptions;
import dev.trilobit.model.embedded.EmbeddedModels;
import dev.trilobit.model.generate.SamplerSettings;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** Three ways to use a model from Java: at once, streaming, and in several threads. */
public final class StoryTeller {
    private static final GenerationOptions GREEDY =
            GenerationOptions.defaults().withMaxTokens(24).withSampling(SamplerSettings.greedy());

    private StoryTeller() {}

    /** Tells the beginnings of a few stories. */
    public static void main(String[] args) throws InterruptedException, ExecutionException {
        // A model of your own: LanguageModel.open(Path.of("folder with config.json and safetensors"))
        try (var model =
                LanguageModel.open(EmbeddedModels.open("bitnet"), ModelOptions.defaults())) {
            System.out.println("At once: " + tell(model, "Once upon a time"));
            System.out.println("Stopped after five pieces: " + firstPieces(model, 5));
            System.out.println("Two at once: " + tellTogether(model));
        }
    }

    /** Waits for the whole text. */
    static String tell(LanguageModel model, String prompt) {
        return model.generate(prompt, GREEDY).text();
    }

    /** Hears the text as it comes, and stops it. */
    static String firstPieces(LanguageModel model, int count) {
        var pieces = new AtomicInteger();
        GenerationResult result =
                model.generate(
                        "Once upon a time", GREEDY, _ -> pieces.incrementAndGet() < count);
        return result.text() + " [" + result.reason() + "]";
    }

    /** Sessions of one model run at once, one thread each. */
    static String tellTogether(LanguageModel model)
            throws InterruptedException, ExecutionException {
        try (var threads = Executors.newFixedThreadPool(2)) {
            var dog = threads.submit(() -> tell(model, "There was a dog"));
            var cat = threads.submit(() -> tell(model, "There was a cat"));
            return dog.get() + " |" + cat.get();
        }
    }
}
