package dev.trilobit.model.arch;

import dev.trilobit.api.program.ActivationQuant;
import dev.trilobit.api.program.WeightRef;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.api.quant.WeightSource;
import dev.trilobit.model.arch.Quantization.BitNet;
import dev.trilobit.model.arch.Quantization.Mlx;
import dev.trilobit.model.file.TensorCatalog;
import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds the matrix of each module while the graph is written, and reads them all afterwards. Where
 * one is missing or wrong the graph gets a stand-in of the right shape, so that every other module
 * is still checked; {@link #read} then fails with all that was found.
 */
final class WeightPlan {
    /** A head beside a tied embedding table, as some writers leave it in the file. */
    private static final Set<String> TIED_HEAD =
            Set.of("lm_head.weight", "lm_head.scales", "lm_head.biases");

    /** Frequencies that old versions of transformers stored; the program computes them. */
    private static final String FREQUENCIES = ".rotary_emb.inv_freq";

    private final TensorLookup tensors;
    private final DenseLayout dense;
    private final Quantization quantization;
    private final boolean tiedHead;
    private final Map<String, PlannedWeight> planned = new LinkedHashMap<>();

    WeightPlan(TensorCatalog catalog, ModelConfig config) {
        this.tensors = new TensorLookup(catalog);
        this.dense = new DenseLayout(tensors);
        this.quantization = config.quantization();
        this.tiedHead = config.tiedEmbeddings();
    }

    /**
     * A matrix and what a linear layer does to its input before the product with it.
     *
     * @param weight [outputs, inputs]
     */
    record LinearLayer(WeightRef weight, ActivationQuant activations) {}

    /** Finds the gain of a norm. */
    WeightRef norm(String module, int length) {
        return remember(module, MatrixShape.vector(length), dense.vector(module, length));
    }

    /** Finds an embedding table or a head: matrices that only MLX quantizes. */
    WeightRef table(String module, MatrixShape shape) {
        var found =
                quantization instanceof Mlx mlx
                        ? new MlxLayout(tensors, mlx).matrix(module, shape)
                        : dense.matrix(module, shape);
        return remember(module, shape, found);
    }

    /** Finds the matrix of a linear layer inside a decoder layer. */
    LinearLayer linear(String module, MatrixShape shape) {
        if (quantization instanceof BitNet bitNet && bitNet.converts(module)) {
            var found = new BitNetLayout(tensors, bitNet.storage()).matrix(module, shape);
            return new LinearLayer(remember(module, shape, found), ActivationQuant.INT8_PER_TOKEN);
        }
        return new LinearLayer(table(module, shape), ActivationQuant.NONE);
    }

    private WeightRef remember(String module, MatrixShape shape, Optional<PlannedWeight> found) {
        if (found.isEmpty()) {
            return new WeightRef(module + ".weight", shape, new Dense(FloatType.F32));
        }
        planned.put(found.get().ref().name(), found.get());
        return found.get().ref();
    }

    /**
     * Reads every matrix that was found.
     *
     * @param arena owns what has to be decoded
     * @throws dev.trilobit.model.file.ModelFormatException naming every tensor that is missing,
     *     wrong or unknown
     */
    WeightSource read(Arena arena) {
        tensors.failIfProblems(this::changesNothing);
        var weights = new LinkedHashMap<String, Weight>();
        planned.forEach((name, weight) -> weights.put(name, weight.read(arena)));
        return new LoadedWeights(weights);
    }

    private boolean changesNothing(String tensor) {
        return tensor.endsWith(FREQUENCIES) || (tiedHead && TIED_HEAD.contains(tensor));
    }
}
