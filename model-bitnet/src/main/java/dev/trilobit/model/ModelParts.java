package dev.trilobit.model;

import dev.trilobit.api.backend.BackendRequest;
import dev.trilobit.api.backend.Backends;
import dev.trilobit.api.backend.Selection;
import dev.trilobit.api.program.Program;
import dev.trilobit.model.arch.DecoderModel;
import dev.trilobit.model.file.ModelFolder;
import dev.trilobit.model.text.TextCodec;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Where a model's parts come from.
 *
 * @param decoder reads program and weights
 * @param text reads the text rules
 * @param backend chooses and opens a backend
 */
record ModelParts(
        Function<ModelFolder, DecoderModel> decoder,
        Function<ModelFolder, TextCodec> text,
        BiFunction<BackendRequest, Program, Selection> backend) {
    /** Returns the parts as they are in the files and on this machine. */
    static ModelParts standard(ModelOptions options) {
        return new ModelParts(
                folder -> ModelReader.read(folder, options), TextCodec::open, Backends::select);
    }
}
