package planted.trilobit.model;

import dev.trilobit.model.embedded.EmbeddedModels;

/** A fault: the library would need its own models. */
final class ModelUsesEmbedded {
    private ModelUsesEmbedded() {}

    static String first() {
        return EmbeddedModels.names().getFirst();
    }
}
