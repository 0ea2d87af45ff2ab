package dev.trilobit.model;

import dev.trilobit.model.arch.DecoderModel;
import dev.trilobit.model.arch.ModelSummary;
import dev.trilobit.model.file.ModelFolder;
import dev.trilobit.model.text.TextCodec;

/**
 * Opens the parts of a model. The tokenizer is read on a thread of its own while the weights are
 * compiled: either takes long enough to be noticed.
 */
final class ModelLoader {
    /** Most tokens of a step: enough to use a wide device, small enough to answer an interrupt. */
    private static final int STEP_TOKENS = 128;

    private final ModelFolder folder;
    private final ModelOptions options;
    private final ModelParts parts;
    private final Resources resources = new Resources();

    private ModelLoader(ModelFolder folder, ModelOptions options, ModelParts parts) {
        this.folder = folder;
        this.options = options;
        this.parts = parts;
    }

    /**
     * Opens everything, or nothing: whatever fails, all that was opened is closed, the folder too.
     */
    static LoadedModel load(ModelFolder folder, ModelOptions options, ModelParts parts) {
        var loader = new ModelLoader(folder, options, parts);
        loader.resources.add(folder::close);
        try {
            return loader.load();
        } catch (RuntimeException | Error e) {
            loader.resources.closeAfter(e);
            throw e;
        }
    }

    private LoadedModel load() {
        var text =
                new Background<TextCodec>("trilobit-tokenizer", () -> parts.text().apply(folder));
        // The folder is closed last: a tokenizer still being read would lose its bytes.
        resources.add(() -> text.completed().ifPresent(TextCodec::close));
        DecoderModel model = parts.decoder().apply(folder);
        TextCodec.requireTokenizer(folder);
        CompiledDecoder decoder =
                CompiledDecoder.open(
                        folder.label(),
                        model,
                        options,
                        STEP_TOKENS,
                        parts.backend(),
                        // Compiling can take long: bad text rules that are known by now need not
                        // wait for it.
                        text::failIfFailed);
        resources.add(decoder::close);
        return new LoadedModel(info(decoder), decoder, text.get(), resources);
    }

    private ModelInfo info(CompiledDecoder decoder) {
        DecoderModel model = decoder.model();
        ModelSummary summary = ModelSummary.of(model);
        return new ModelInfo(
                folder.label(),
                model.config().architecture(),
                model.config(),
                summary.parameters(),
                summary.weightBytes(),
                decoder.program().weightBytes(),
                decoder.contextTokens());
    }
}
