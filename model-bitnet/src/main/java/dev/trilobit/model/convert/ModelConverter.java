package dev.trilobit.model.convert;

import dev.trilobit.model.arch.DecoderModel;
import dev.trilobit.model.arch.DecoderModels;
import dev.trilobit.model.file.ModelFolder;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Writes models in other formats. Numbers are kept exactly unless the options allow otherwise, and
 * that is checked on the finished files: they are opened as any model is, and all numbers of both
 * are decoded and compared. The target appears whole or not at all; one matrix is in memory at a
 * time.
 */
public final class ModelConverter {
    private ModelConverter() {}

    /**
     * Converts a model.
     *
     * @param source open; not closed by this
     * @param target file that ends in {@code .gguf}; a folder for other formats and for GGUF in
     *     shards
     * @return what was done
     * @throws ConversionRefusedException if it cannot be done as asked, with all reasons; nothing
     *     is left then
     * @throws dev.trilobit.model.file.ModelFormatException if the source is wrong
     * @throws IOException if the target cannot be written; nothing is left then
     */
    public static ConversionReport convert(
            ModelFolder source, Path target, ConversionOptions options, ConversionListener listener)
            throws IOException {
        return convert(source, DecoderModels.open(source), target, options, listener);
    }

    /**
     * Converts a model that was read already, by whoever knew what its files do not say.
     *
     * @param source open; not closed by this
     * @param model read from {@code source}
     * @param target as above
     * @return what was done
     * @throws ConversionRefusedException if it cannot be done as asked, with all reasons; nothing
     *     is left then
     * @throws IOException if the target cannot be written; nothing is left then
     */
    public static ConversionReport convert(
            ModelFolder source,
            DecoderModel model,
            Path target,
            ConversionOptions options,
            ConversionListener listener)
            throws IOException {
        var files = new SourceFiles(source);
        // All of it is read anyway, and what is written has the numbers of every code.
        DecoderModel exact = DecoderModels.withAllCodesRead(model);
        return new Conversion(source.label(), exact, files, options, listener).run(target);
    }
}
