package dev.trilobit.model;

import dev.trilobit.api.backend.BackendRequest;
import dev.trilobit.api.backend.Backends;
import dev.trilobit.api.backend.Selection;
import dev.trilobit.api.program.Program;
import dev.trilobit.model.arch.DecoderModel;
import dev.trilobit.model.arch.DecoderModels;
import dev.trilobit.model.file.ModelFolder;
import dev.trilobit.model.text.TextCodec;
import java.lang.foreign.Arena;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Where a model's parts come from.
 *
 * @param decoder reads program and weights; the arena owns what is decoded
 * @param text reads the text rules
 * @param backend chooses and opens a backend
 */
record ModelParts(
        BiFunction<ModelFolder, Arena, DecoderModel> decoder,
        Function<ModelFolder, TextCodec> text,
        BiFunction<BackendRequest, Program, Selection> backend) {
    /** Returns the parts as they are in the files and on this machine. */
    static ModelParts standard() {
        return new ModelParts(DecoderModels::open, TextCodec::open, Backends::select);
    }
}
