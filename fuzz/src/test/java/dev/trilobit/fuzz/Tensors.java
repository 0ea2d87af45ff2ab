package dev.trilobit.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.trilobit.api.quant.ReferenceCodec;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.model.arch.DecoderModel;
import dev.trilobit.model.arch.DecoderModels;
import dev.trilobit.model.arch.ReadOptions;
import dev.trilobit.model.file.GgmlType;
import dev.trilobit.model.file.GgufFile;
import dev.trilobit.model.file.GgufMetadata;
import dev.trilobit.model.file.ModelFolder;
import dev.trilobit.model.file.ModelFormatException;
import dev.trilobit.model.file.SafetensorsType;
import dev.trilobit.model.file.StoredTensor;
import dev.trilobit.model.file.TensorCatalog;
import dev.trilobit.model.layout.I2sLayout;
import java.util.List;

/** Reads tensors, and weights as a backend would: into memory that the files have to justify. */
final class Tensors {
    /** Bytes of a decoded matrix for each byte of its file, at most; ternary to 32 bits has 16. */
    private static final long DECODED_PER_BYTE = 32;

    private static final long SMALL_PLANES = 1 << 12;
    private static final int MOST = 32;

    private Tensors() {}

    /** Reads the headers; what they say fits the bytes. */
    static void readHeaders(ModelFolder folder) {
        TensorCatalog catalog = TensorCatalog.open(folder);
        catalog.names().forEach(name -> check(catalog.find(name).orElseThrow()));
    }

    private static void check(StoredTensor tensor) {
        long elements = 1;
        for (long extent : tensor.shape()) {
            elements *= extent;
        }
        long bits =
                switch (tensor.type()) {
                    case SafetensorsType type -> elements * type.bits();
                    case GgmlType type -> type.byteSize(elements) * Byte.SIZE;
                };
        assertEquals(bits, Byte.SIZE * tensor.bytes().byteSize(), tensor.place());
    }

    /** Reads a GGUF file: its header, and every value of its metadata. */
    static void readGguf(ModelFolder folder) {
        GgufFile.find(folder).ifPresent(Tensors::readValues);
    }

    private static void readValues(GgufFile file) {
        file.tensors().values().forEach(Tensors::check);
        GgufMetadata metadata = file.metadata();
        for (String key : metadata.keys()) {
            List<Runnable> accessors =
                    List.of(
                            () -> metadata.string(key),
                            () -> metadata.integer(key),
                            () -> metadata.number(key),
                            () -> metadata.flag(key),
                            () -> metadata.strings(key),
                            () -> metadata.integers(key),
                            () -> metadata.numbers(key));
            accessors.forEach(Tensors::readOrRefuse);
        }
    }

    private static void readOrRefuse(Runnable accessor) {
        try {
            accessor.run();
        } catch (ModelFormatException _) {
            // Not of that type.
        }
    }

    /** Reads the first weights of the program, and decodes the first and the last row of each. */
    static void readWeights(DecoderModel model, int inputBytes) {
        List<String> names = model.program().weights().keySet().stream().limit(MOST).toList();
        try (var arena = new MeteredArena(SMALL_PLANES + DECODED_PER_BYTE * inputBytes)) {
            names.forEach(name -> read(model.weights().weight(name, arena)));
        }
    }

    /** Reads the weights of a GGUF file in each layout of I2_S. */
    static void readGgufWeights(InputFolder folder) {
        for (I2sLayout layout : I2sLayout.values()) {
            var options = ReadOptions.of(layout);
            readWeights(DecoderModels.open(folder, options), folder.sizeBytes());
        }
    }

    private static void read(Weight weight) {
        int rows = weight.shape().rows();
        for (int row : new int[] {0, rows - 1}) {
            assertEquals(weight.shape().cols(), ReferenceCodec.decodeRow(weight, row).length);
        }
    }
}
