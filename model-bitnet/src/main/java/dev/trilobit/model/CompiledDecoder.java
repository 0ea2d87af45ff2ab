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
import dev.trilobit.model.arch.DecoderModels;
import dev.trilobit.model.file.FourthCodeException;
import dev.trilobit.model.file.ModelFormatException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/**
 * A model's weights on a backend, without its text rules: for who works with token ids and logits.
 * Whoever opens a session closes it first.
 */
public final class CompiledDecoder implements AutoCloseable {
    private static final Logger LOG = System.getLogger(CompiledDecoder.class.getName());

    private final DecoderModel model;
    private final Selection selection;
    private final CompiledProgram program;
    private final int contextTokens;
    private final int stepTokens;
    private final Resources resources;

    private CompiledDecoder(
            DecoderModel model,
            Selection selection,
            CompiledProgram program,
            CompileOptions how,
            Resources resources) {
        this.model = model;
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
            return new CompiledDecoder(model, selection, program, how, resources);
        } catch (RuntimeException | Error e) {
            resources.closeAfter(e);
            Optional<DecoderModel> exact = exact(model, e);
            if (exact.isEmpty()) {
                throw e;
            }
            return open(label, exact.get(), options, stepTokens, backends, beforeCompiling);
        }
    }

    /** Reads a model again if it is not what a sample of its codes said. */
    private static Optional<DecoderModel> exact(DecoderModel model, Throwable failure) {
        Optional<Throwable> fourth =
                Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
                        .filter(FourthCodeException.class::isInstance)
                        .findFirst();
        if (fourth.isEmpty()) {
            return Optional.empty();
        }
        LOG.log(Level.INFO, "{0}; all codes are read", fourth.get().getMessage());
        return Optional.of(DecoderModels.withAllCodesRead(model))
                .filter(exact -> !exact.program().equals(model.program()));
    }

    private static CompiledProgram compile(
            String label, Backend backend, DecoderModel model, CompileOptions how) {
        try {
            return backend.compile(model.program(), model.weights(), how);
        } catch (UnusableWeightException e) {
            throw new ModelFormatException(label, String.valueOf(e.getMessage()), e);
        }
    }

    /** Returns the model, read again if a weight was not what a sample of it said. */
    DecoderModel model() {
        return model;
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
