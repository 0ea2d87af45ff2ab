package dev.trilobit.model.arch;

import dev.trilobit.api.program.ActivationQuant;
import dev.trilobit.api.program.WeightRef;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.WeightFormat;
import dev.trilobit.api.quant.WeightSource;
import dev.trilobit.model.arch.Quantization.BitNet;
import dev.trilobit.model.arch.Quantization.Ggml;
import dev.trilobit.model.arch.Quantization.Mlx;
import dev.trilobit.model.arch.Quantization.None;
import dev.trilobit.model.layout.GgmlLayout;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Finds the matrix of each module while the graph is written. Where one is missing or wrong the
 * graph gets a stand-in of the right shape, so that every other module is still checked; {@link
 * #weights} then fails with all that was found.
 */
final class WeightPlan implements GraphWeights {
    /** A head beside a tied embedding table, as some writers leave it in the file. */
    private static final Set<String> TIED_HEAD =
            Set.of("lm_head.weight", "lm_head.scales", "lm_head.biases");

    /** Frequencies that old versions of transformers stored; the program computes them. */
    private static final String FREQUENCIES = ".rotary_emb.inv_freq";

    /** The projections whose rows the rotary embedding pairs. */
    private static final Pattern ROTATED = Pattern.compile("\\.[qk]_proj$");

    private static final Logger LOG = System.getLogger(WeightPlan.class.getName());

    private final String label;
    private final ModelConfig config;
    private final TensorLookup tensors;
    private final DenseLayout dense;
    private final GgufLayout gguf;
    private final Map<String, PlannedWeight> planned = new LinkedHashMap<>();

    /** Whether the type of a matrix alone tells that its input is rounded, and might be wrong. */
    private boolean guessed;

    WeightPlan(ModelSource source, ReadOptions options, CodesRead codes) {
        this.label = source.tensors().label();
        this.config = source.config();
        this.tensors = new TensorLookup(source.tensors(), source.names());
        this.dense = new DenseLayout(tensors);
        this.gguf = new GgufLayout(tensors, new GgmlLayout(options.i2sLayout()), codes);
    }

    /** Returns what a program calls the matrix of {@code module}, whatever its file calls it. */
    static WeightRef ref(String module, MatrixShape shape, WeightFormat format) {
        return new WeightRef(module + ".weight", shape, format);
    }

    /**
     * A matrix and what a linear layer does to its input before the product with it.
     *
     * @param weight [outputs, inputs]
     */
    record LinearLayer(WeightRef weight, ActivationQuant activations) {}

    @Override
    public WeightRef norm(String module, int length) {
        return remember(module, MatrixShape.vector(length), dense.vector(module, length));
    }

    @Override
    public WeightRef table(String module, MatrixShape shape) {
        return remember(module, shape, unrounded(module, shape));
    }

    @Override
    public LinearLayer linear(String module, MatrixShape shape) {
        Optional<PlannedWeight> found =
                switch (config.quantization()) {
                    case BitNet bitNet when bitNet.converts(module) ->
                            new BitNetLayout(tensors, bitNet.storage()).matrix(module, shape);
                    case Ggml ggml -> gguf(module, shape, ggml);
                    case BitNet _, None _, Mlx _ -> unrounded(module, shape);
                };
        return new LinearLayer(remember(module, shape, found), activations(module));
    }

    private ActivationQuant activations(String module) {
        boolean rounded =
                switch (config.quantization()) {
                    case BitNet bitNet -> bitNet.converts(module);
                    case Ggml ggml -> rounds(ggml, module);
                    case None _, Mlx _ -> false;
                };
        return rounded ? ActivationQuant.INT8_PER_TOKEN : ActivationQuant.NONE;
    }

    private boolean rounds(Ggml ggml, String module) {
        return switch (ggml.rounded()) {
            case ALL -> true;
            case TERNARY -> {
                guessed |= gguf.isTernaryOfAnySource(module);
                yield gguf.isBitNet(module);
            }
            case NONE -> false;
        };
    }

    private Optional<PlannedWeight> gguf(String module, MatrixShape shape, Ggml ggml) {
        Optional<PlannedWeight> found = gguf.matrix(module, shape);
        return switch (ggml.headRows()) {
            case HALVES -> found;
            case PAIRS -> ROTATED.matcher(module).find() ? found.map(this::restored) : found;
        };
    }

    private PlannedWeight restored(PlannedWeight weight) {
        WeightFormat format = weight.ref().format();
        var rows = new RotaryRows(config.headDim());
        return weight.then(
                format,
                (planes, arena) -> rows.restore(format, weight.ref().shape(), planes, arena));
    }

    /** Finds a matrix of which transformers' BitNet quantizes none. */
    private Optional<PlannedWeight> unrounded(String module, MatrixShape shape) {
        return switch (config.quantization()) {
            case None _, BitNet _ -> dense.matrix(module, shape);
            case Mlx mlx -> new MlxLayout(tensors, mlx).matrix(module, shape);
            case Ggml _ -> gguf.matrix(module, shape);
        };
    }

    private WeightRef remember(String module, MatrixShape shape, Optional<PlannedWeight> found) {
        if (found.isEmpty()) {
            return ref(module, shape, new Dense(FloatType.F32));
        }
        planned.put(found.get().ref().name(), found.get());
        return found.get().ref();
    }

    /**
     * Returns every matrix that was found; what has to be decoded is decoded when it is asked for.
     *
     * @param exact reads the model again, with all codes
     * @throws dev.trilobit.model.file.ModelFormatException naming every tensor that is missing,
     *     wrong or unknown
     */
    WeightSource weights(Supplier<DecoderModel> exact) {
        tensors.failIfProblems(this::changesNothing);
        if (guessed) {
            LOG.log(
                    Level.INFO,
                    "{0}: activations are rounded to int8, since layers are TQ1_0 or TQ2_0; the file does not say how the model was trained, and models trained with float activations (TriLM) lose a little",
                    label);
        }
        return new LoadedWeights(planned, exact);
    }

    private boolean changesNothing(String tensor) {
        return tensor.endsWith(FREQUENCIES)
                || tensor.equals(GgufRope.FACTORS)
                || (config.tiedEmbeddings() && TIED_HEAD.contains(tensor));
    }
}
