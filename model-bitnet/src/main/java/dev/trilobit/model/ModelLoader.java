package dev.trilobit.model;

import dev.trilobit.api.backend.Backend;
import dev.trilobit.api.backend.CompileOptions;
import dev.trilobit.api.backend.CompiledProgram;
import dev.trilobit.api.backend.Selection;
import dev.trilobit.api.quant.UnusableWeightException;
import dev.trilobit.model.arch.DecoderModel;
import dev.trilobit.model.arch.ModelConfig;
import dev.trilobit.model.arch.ModelSummary;
import dev.trilobit.model.file.ModelFolder;
import dev.trilobit.model.file.ModelFormatException;
import dev.trilobit.model.text.TextCodec;
import java.lang.foreign.Arena;

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
        Arena arena = Arena.ofShared();
        resources.add(arena::close);
        DecoderModel model = parts.decoder().apply(folder, arena);
        TextCodec.requireTokenizer(folder);
        int context = contextTokens(model.config());
        int step = Math.min(context, STEP_TOKENS);
        Selection selection = parts.backend().apply(options.backend(), model.program());
        resources.add(selection.backend()::close);
        // Compiling can take long: bad text rules that are known by now need not wait for it.
        text.failIfFailed();
        var compileOptions =
                new CompileOptions(context, step, options.backendOptions(), options.progress());
        CompiledProgram compiled = compile(selection.backend(), model, compileOptions);
        resources.add(compiled::close);
        ModelInfo info = info(model, compiled, context);
        return new LoadedModel(info, selection, compiled, step, text.get(), resources);
    }

    private CompiledProgram compile(Backend backend, DecoderModel model, CompileOptions how) {
        try {
            return backend.compile(model.program(), model.weights(), how);
        } catch (UnusableWeightException e) {
            throw new ModelFormatException(folder.label(), String.valueOf(e.getMessage()), e);
        }
    }

    private int contextTokens(ModelConfig config) {
        int own = config.maxContextTokens();
        int asked = options.maxContextTokens();
        if (asked > own) {
            throw new IllegalArgumentException(
                    "max context tokens: %s was made for at most %d, got %d"
                            .formatted(folder.label(), own, asked));
        }
        return asked == 0 ? Math.min(own, ModelOptions.DEFAULT_CONTEXT_LIMIT) : asked;
    }

    private ModelInfo info(DecoderModel model, CompiledProgram compiled, int context) {
        ModelSummary summary = ModelSummary.of(model);
        return new ModelInfo(
                folder.label(),
                model.config().architecture(),
                model.config(),
                summary.parameters(),
                summary.weightBytes(),
                compiled.weightBytes(),
                context);
    }
}
