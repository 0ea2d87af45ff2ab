package dev.trilobit.model;

import dev.trilobit.api.backend.Backend;
import dev.trilobit.api.backend.BackendRequest;
import dev.trilobit.api.backend.Backends;
import dev.trilobit.api.backend.CompileOptions;
import dev.trilobit.api.backend.CompiledProgram;
import dev.trilobit.api.backend.Selection;
import dev.trilobit.api.program.Program;
import dev.trilobit.api.quant.UnusableWeightException;
import dev.trilobit.model.arch.DecoderModel;
import dev.trilobit.model.file.ModelFormatException;
import java.util.function.BiFunction;

/**
 * A model's weights on a backend, without its text rules: for who works with token ids and logits.
 * Whoever opens a session closes it first.
 */
public final class CompiledDecoder implements AutoCloseable {
    private final Selection selection;
    private final CompiledProgram program;
    private final int contextTokens;
    private final int stepTokens;
    private final Resources resources;

    private CompiledDecoder(
            Selection selection, CompiledProgram program, CompileOptions how, Resources resources) {
        this.selection = selection;
        this.program = program;
        this.contextTokens = how.maxContextTokens();
        this.stepTokens = how.maxTokensPerStep();
        this.resources = resources;
    }

    /**
     * Chooses a backend and compiles; whatever fails, nothing stays open.
     *
     * @param label the model's name in messages
     * @param model stays open as long as the result; not closed by it
     * @param stepTokens most tokens of one forward; the context, if that is less
     * @throws ModelFormatException if a weight cannot be used
     * @throws dev.trilobit.api.backend.BackendException if no backend can run it
     * @throws IllegalArgumentException if an option is unknown or does not suit the model
     */
    public static CompiledDecoder open(
            String label, DecoderModel model, ModelOptions options, int stepTokens) {
        return open(label, model, options, stepTokens, Backends::select, () -> {});
    }

    /**
     * Does as {@link #open(String, DecoderModel, ModelOptions, int)}.
     *
     * @param backends chooses and opens a backend
     * @param beforeCompiling runs when the backend is there; what it throws ends the opening
     */
    static CompiledDecoder open(
            String label,
            DecoderModel model,
            ModelOptions options,
            int stepTokens,
            BiFunction<BackendRequest, Program, Selection> backends,
            Runnable beforeCompiling) {
        int context = options.contextTokens(label, model.config());
        var how =
                new CompileOptions(
                        context,
                        Math.min(context, stepTokens),
                        options.backendOptions(),
                        options.progress());
        var resources = new Resources();
        try {
            Selection selection = backends.apply(options.backend(), model.program());
            resources.add(selection.backend()::close);
            beforeCompiling.run();
            CompiledProgram program = compile(label, selection.backend(), model, how);
            resources.add(program::close);
            return new CompiledDecoder(selection, program, how, resources);
        } catch (RuntimeException | Error e) {
            resources.closeAfter(e);
            throw e;
        }
    }

    private static CompiledProgram compile(
            String label, Backend backend, DecoderModel model, CompileOptions how) {
        try {
            return backend.compile(model.program(), model.weights(), how);
        } catch (UnusableWeightException e) {
            throw new ModelFormatException(label, String.valueOf(e.getMessage()), e);
        }
    }

    /** Returns the backend and why it was chosen. */
    public Selection selection() {
        return selection;
    }

    /** Returns the weights on the backend. */
    public CompiledProgram program() {
        return program;
    }

    /** Returns the most tokens of a session. */
    public int contextTokens() {
        return contextTokens;
    }

    /** Returns the most tokens of one forward. */
    public int stepTokens() {
        return stepTokens;
    }

    /**
     * Frees weights and backend. Idempotent.
     *
     * @throws IllegalStateException if a session is still open
     */
    @Override
    public void close() {
        resources.close();
    }
}
