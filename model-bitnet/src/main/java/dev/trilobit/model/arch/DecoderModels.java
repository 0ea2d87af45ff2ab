package dev.trilobit.model.arch;

import dev.trilobit.model.file.ModelFolder;

/** Reads models. */
public final class DecoderModels {
    private DecoderModels() {}

    /**
     * Reads a model as {@link #open(ModelFolder, ReadOptions)} does with the layouts of published
     * files.
     *
     * @param folder stays open as long as the model is used; not closed by this method
     * @throws dev.trilobit.model.file.ModelFormatException naming every reason why the model cannot
     *     be read
     */
    public static DecoderModel open(ModelFolder folder) {
        return open(folder, ReadOptions.defaults());
    }

    /**
     * Reads what {@code folder} says of its model: the metadata of a GGUF file, or config.json, and
     * the headers of the safetensors files. Matrices whose layout is a {@link
     * dev.trilobit.api.quant.WeightFormat} already stay where they are mapped; what has to be
     * decoded is decoded when a weight is asked for. Whether a tensor of two bits of a GGUF file is
     * ternary is told by a few pages of it; where that was wrong, asking for the weight throws
     * {@link dev.trilobit.model.file.FourthCodeException}, and {@link #withAllCodesRead} helps.
     *
     * @param folder stays open as long as the model is used; not closed by this method
     * @param options what the files do not say
     * @throws dev.trilobit.model.file.ModelFormatException naming every reason why the model cannot
     *     be read
     * @throws IllegalArgumentException if an option does not suit the model
     */
    public static DecoderModel open(ModelFolder folder, ReadOptions options) {
        return ModelSource.open(folder).decoder(folder.label(), options);
    }

    /**
     * Reads a model again, and of tensors of two bits all codes: then each has the format of its
     * numbers, wherever its fourth code is used.
     *
     * @param model whose folder is open still
     * @return {@code model} itself, if it was not read from files
     */
    public static DecoderModel withAllCodesRead(DecoderModel model) {
        return model.weights() instanceof LoadedWeights loaded ? loaded.exact().get() : model;
    }
}
