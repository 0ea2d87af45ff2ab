import org.jspecify.annotations.NullMarked;

/**
 * Models: files ({@code file}), architectures ({@code arch}), text ({@code text}), generation
 * ({@code generate}), downloads ({@code hub}) and the embedding facade {@code LanguageModel}.
 */
@NullMarked
@SuppressWarnings("requires-automatic")
module dev.trilobit.model {
    requires transitive dev.trilobit.api;
    requires static transitive org.jspecify;
    requires ai.djl.tokenizers;
    requires java.net.http;
    requires tools.jackson.databind;

    exports dev.trilobit.model;
    exports dev.trilobit.model.arch;
    exports dev.trilobit.model.convert;
    exports dev.trilobit.model.file;
    exports dev.trilobit.model.generate;
    exports dev.trilobit.model.hub;
    exports dev.trilobit.model.layout;
    exports dev.trilobit.model.text;
}
