package dev.trilobit.model;

import dev.trilobit.model.arch.DecoderModel;
import dev.trilobit.model.arch.DecoderModels;
import dev.trilobit.model.arch.ReadOptions;
import dev.trilobit.model.file.ModelFolder;
import dev.trilobit.model.layout.I2sLayout;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;

/** Reads programs and weights as the options of a model say. */
public final class ModelReader {
    private static final Logger LOG = System.getLogger(ModelReader.class.getName());

    private ModelReader() {}

    /**
     * Reads a model; finds out first what is left open.
     *
     * @param folder stays open as long as the model is used; not closed by this method
     * @throws dev.trilobit.model.file.ModelFormatException naming every reason why the model cannot
     *     be read
     * @throws IllegalArgumentException if an option does not suit the model
     * @throws dev.trilobit.api.backend.BackendException if layouts are to be probed and no backend
     *     can run the model
     */
    public static DecoderModel read(ModelFolder folder, ModelOptions options) {
        return DecoderModels.open(
                folder, new ReadOptions(layout(folder, options), options.activations()));
    }

    private static I2sLayout layout(ModelFolder folder, ModelOptions options) {
        Optional<I2sLayout> chosen = options.i2s().layout();
        if (chosen.isPresent()) {
            return chosen.get();
        }
        Optional<I2sFit> fit = I2sProbe.probe(folder, options);
        fit.ifPresent(
                found ->
                        LOG.log(
                                Level.INFO,
                                "{0}: the I2_S tensors are in layout {1}: {2}",
                                folder.label(),
                                found.best().label(),
                                found.figures()));
        return fit.flatMap(found -> found.best().layout()).orElse(I2sLayout.A);
    }
}
