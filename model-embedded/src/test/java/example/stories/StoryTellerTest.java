package example.stories;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.model.LanguageModel;
import dev.trilobit.model.ModelOptions;
import dev.trilobit.model.embedded.EmbeddedModels;
import org.junit.jupiter.api.Test;

/** The embedding example does what it says. */
class StoryTellerTest {
    @Test
    void eachWayGivesTheSameStory() throws Exception {
        try (var model =
                LanguageModel.open(EmbeddedModels.open("bitnet"), ModelOptions.defaults())) {
            String whole = StoryTeller.tell(model, "Once upon a time");
            assertTrue(whole.startsWith(", there was a little girl named Lily."), whole);
            String stopped = StoryTeller.firstPieces(model, 5);
            assertTrue(stopped.endsWith(" [CANCELLED]"), stopped);
            assertTrue(whole.startsWith(stopped.replace(" [CANCELLED]", "")), stopped);
            assertEquals(
                    StoryTeller.tell(model, "There was a dog")
                            + " |"
                            + StoryTeller.tell(model, "There was a cat"),
                    StoryTeller.tellTogether(model));
        }
    }

    @Test
    void mainRunsFromStartToEnd() throws Exception {
        StoryTeller.main(new String[0]);
    }
}
