package dev.trilobit.model.convert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.ScaleGranularity;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.api.quant.TernaryPacking;
import dev.trilobit.api.quant.WeightFormat;
import dev.trilobit.model.arch.DecoderModel;
import dev.trilobit.model.arch.DecoderModels;
import dev.trilobit.model.convert.ConversionOptions.Activations;
import dev.trilobit.model.file.ModelFolder;
import dev.trilobit.model.file.TensorCatalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

/** Makes tiny models, converts them and looks at what is left. */
abstract class ConversionCase {
    static final WeightFormat DENSE = new Dense(FloatType.BF16);
    static final WeightFormat MASTERS = new Dense(FloatType.F32);

    static final WeightFormat PACKED =
            new Ternary(TernaryPacking.ROW_QUARTERS, new ScaleGranularity.PerTensor());

    @TempDir protected Path folder;

    static WeightFormat ternary(int size) {
        return new Ternary(
                TernaryPacking.CONSECUTIVE, new ScaleGranularity.PerGroup(size, FloatType.F16));
    }

    final ModelFolder write(
            String architecture, WeightFormat linear, ModelFormat format, String name)
            throws IOException {
        DecoderModel model =
                TinyWeights.model(TinyWeights.config(architecture, true), linear, DENSE);
        return TinyWeights.write(model, folder.resolve(name), format, TableFormat.KEEP);
    }

    final ConversionReport convert(ModelFolder source, String name, ConversionOptions options)
            throws IOException {
        return ModelConverter.convert(
                source, folder.resolve(name), options, ConversionListener.NONE);
    }

    /** Whatever becomes of the layers' input. */
    final ConversionReport convert(ModelFolder source, String name, String format)
            throws IOException {
        return convert(
                source,
                name,
                ConversionOptions.to(ModelFormat.of(format)).withActivations(Activations.ANY));
    }

    final List<String> names() throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    static long weights(ModelFolder model) {
        return DecoderModels.open(model).program().weights().values().stream()
                .mapToLong(ref -> ref.shape().elements())
                .sum();
    }

    static void assertSameTensors(ModelFolder expected, ModelFolder got) {
        TensorCatalog before = TensorCatalog.open(expected);
        TensorCatalog after = TensorCatalog.open(got);
        assertEquals(before.names(), after.names());
        for (String name : before.names()) {
            var left = before.find(name).orElseThrow();
            var right = after.find(name).orElseThrow();
            assertEquals(left.layout(), right.layout(), name);
            assertEquals(-1, left.bytes().mismatch(right.bytes()), name);
        }
    }

    final void assertRefused(
            String name, ModelFolder source, ConversionOptions options, String... parts)
            throws IOException {
        List<String> before = names();
        var refused =
                assertThrows(
                        ConversionRefusedException.class, () -> convert(source, name, options));
        String message = String.valueOf(refused.getMessage());
        for (String part : parts) {
            assertTrue(message.contains(part), part + " in " + message);
        }
        assertEquals(before, names());
    }
}
