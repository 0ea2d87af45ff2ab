package dev.trilobit.model.convert;

import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.Binary;
import dev.trilobit.api.quant.BlockType;
import dev.trilobit.api.quant.Blocks;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.RowDecoder;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.model.arch.DecoderModel;
import dev.trilobit.model.convert.ConversionOptions.Numbers;
import dev.trilobit.model.convert.ModelPart.Role;
import dev.trilobit.model.file.GgmlType;
import dev.trilobit.model.file.TensorEntry;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Decides how each matrix of a model is written, and finds out before anything is written what
 * cannot be.
 */
final class ConversionPlan {
    /** Its layers in mlx-lm are of a class that has no affine form. */
    private static final String PACKED_IN_MLX = "bitnet";

    private final DecoderModel model;
    private final ConversionOptions options;
    private final List<ModelPart> sources;
    private final FloatType modelType;
    private final List<PlannedPart> parts = new ArrayList<>();
    private final Map<String, List<String>> reasons = new LinkedHashMap<>();

    private ConversionPlan(DecoderModel model, ConversionOptions options) {
        this.model = model;
        this.options = options;
        this.sources = ModelPart.of(model.program());
        this.modelType = modelType();
    }

    /**
     * Plans.
     *
     * @param label the source, for messages
     * @throws ConversionRefusedException naming every matrix that does not fit
     */
    static ConversionPlan of(String label, DecoderModel model, ConversionOptions options) {
        var plan = new ConversionPlan(model, options);
        plan.add();
        if (!plan.reasons.isEmpty()) {
            throw new ConversionRefusedException(
                    "%s cannot become %s".formatted(label, options.format().label()),
                    plan.reasons());
        }
        return plan;
    }

    /** Returns the matrices in the order they are written. */
    List<PlannedPart> parts() {
        return parts;
    }

    /** Returns whether what is written has its embedding table as its head. */
    boolean isTied() {
        return parts.stream().noneMatch(part -> part.module().equals(ModelPart.HEAD));
    }

    /** Returns the type of norms and of what is not quantized. */
    FloatType floatType() {
        return modelType;
    }

    /** Returns all tensors of the parts. */
    List<TensorEntry> entries() {
        return parts.stream().flatMap(part -> part.entries().stream()).toList();
    }

    private void add() {
        if (options.format().container() == Container.MLX
                && model.config().architecture().equals(PACKED_IN_MLX)) {
            throw new ConversionRefusedException(
                    "mlx-lm runs the architecture %s in packed layers only; hf-bitnet is what it opens"
                            .formatted(PACKED_IN_MLX));
        }
        TableFormat embedding = options.embedding();
        TableFormat head = options.head();
        boolean tied = ModelPart.isTied(sources);
        if (tied && embedding == TableFormat.KEEP) {
            embedding = head;
        }
        for (ModelPart part : sources) {
            switch (part.role()) {
                case NORM -> plan(part, part.module(), norm(part), false);
                case LINEAR -> plan(part, part.module(), linear(part), mayRound());
                case EMBEDDING -> table(part, ModelPart.EMBEDDING, embedding);
                case HEAD -> table(part, ModelPart.HEAD, head);
            }
        }
        if (tied && head != TableFormat.KEEP && head != embedding) {
            table(sources.getFirst(), ModelPart.HEAD, head);
        }
    }

    private boolean mayRound() {
        return options.numbers() == Numbers.QUANTIZED;
    }

    private void table(ModelPart part, String module, TableFormat format) {
        Encoding encoding = encoding(part, format);
        plan(part, module, encoding, mayRound() || format.isExplicit());
    }

    private void plan(ModelPart part, String module, Encoding encoding, boolean mayRound) {
        var planned = new PlannedPart(part, module, encoding, mayRound);
        Optional<String> misfit = encoding.misfit(part.source().shape());
        if (misfit.isPresent()) {
            refuse(part, "%s; %s".formatted(misfit.get(), whatFits(part)));
            return;
        }
        if (!mayRound) {
            unfitScale(planned).ifPresent(reason -> refuse(part, reason));
        }
        parts.add(planned);
    }

    private void refuse(ModelPart part, String reason) {
        reasons.computeIfAbsent(reason, _ -> new ArrayList<>()).add(part.source().name());
    }

    /** Says each reason once, with the tensors it is about. */
    private List<String> reasons() {
        var texts = new ArrayList<String>();
        reasons.forEach(
                (reason, tensors) ->
                        texts.add(
                                tensors.size() == 1
                                        ? "tensor %s: %s".formatted(tensors.getFirst(), reason)
                                        : "%d tensors, %s and so on: %s"
                                                .formatted(
                                                        tensors.size(),
                                                        tensors.getFirst(),
                                                        reason)));
        return texts;
    }

    /** Names the formats of the same container that every layer fits. */
    private String whatFits(ModelPart part) {
        if (part.role() != Role.LINEAR) {
            return "of %s some fit".formatted(TableFormat.labels(options.format().container()));
        }
        return Arrays.stream(ModelFormat.values())
                .filter(format -> format.container() == options.format().container())
                .filter(
                        format ->
                                sources.stream()
                                        .filter(other -> other.role() == Role.LINEAR)
                                        .allMatch(other -> fits(format, other)))
                .map(ModelFormat::label)
                .collect(Collectors.joining(", ", "all layers fit ", ""));
    }

    private static boolean fits(ModelFormat format, ModelPart part) {
        boolean loses =
                part.source().format() instanceof Ternary
                        && format.encoding().format() instanceof Binary;
        return !loses && format.encoding().misfit(part.source().shape()).isEmpty();
    }

    /** One scale a tensor is worth a look before hours of work. */
    private Optional<String> unfitScale(PlannedPart planned) {
        ModelPart part = planned.part();
        if (!ScaleTypes.isWholeTensor(part.source().format())
                || planned.encoding().format() instanceof Dense) {
            return Optional.empty();
        }
        FloatType type = CodeGrid.of(planned.encoding().format()).scaleType();
        if (type == FloatType.F32) {
            return Optional.empty();
        }
        try (Arena arena = Arena.ofShared()) {
            Weight weight = model.weights().weight(part.source().name(), arena);
            if (ScaleTypes.exact(weight).contains(type)) {
                return Optional.empty();
            }
            double scale = new RowDecoder(weight).step(0, 0);
            return Optional.of(
                    "its scale %s is no %s, the nearest is %s"
                            .formatted(
                                    (float) scale,
                                    type.suffix(),
                                    type.round((float) scale)));
        }
    }

    private Encoding norm(ModelPart part) {
        return switch (options.format().container()) {
            case GGUF -> new Encoding.Ggml(GgmlType.F32);
            case MLX, HUGGING_FACE ->
                    new Encoding.Plain(
                            exactTypes(part).contains(modelType) ? modelType : FloatType.F32);
        };
    }

    private Set<FloatType> exactTypes(ModelPart part) {
        try (Arena arena = Arena.ofShared()) {
            return ScaleTypes.exact(model.weights().weight(part.source().name(), arena));
        }
    }

    private Encoding linear(ModelPart part) {
        return switch (options.format().encoding()) {
            case Encoding.Mlx(int bits, int _, FloatType _) ->
                    new Encoding.Mlx(bits, groupSize(part), scaleType(part));
            case Encoding.BitNet _ ->
                    new Encoding.BitNet(
                            exactTypes(part).contains(FloatType.BF16)
                                    ? FloatType.BF16
                                    : FloatType.F32);
            case Encoding.Ggml ggml -> ggml;
            case Encoding.Plain plain -> plain;
        };
    }

    private int groupSize(ModelPart part) {
        if (options.groupSize() != 0) {
            return options.groupSize();
        }
        int size = RowDecoder.groupColumns(part.source().format(), part.source().shape().cols());
        return size == 32 || size == 128 ? size : 64;
    }

    /** The type of the model if it holds the scales, else the smallest that does. */
    private FloatType scaleType(ModelPart part) {
        FloatType own =
                switch (part.source().format()) {
                    case Dense(FloatType type) -> type;
                    case Affine affine -> affine.scaleType();
                    case Binary(int _, Binary.Mode mode, FloatType type) ->
                            mode == Binary.Mode.AFFINE ? type : FloatType.F32;
                    case Ternary _, Blocks _ -> FloatType.F32;
                };
        if (own != FloatType.F32 || part.source().format() instanceof Dense) {
            return own;
        }
        Set<FloatType> exact = exactTypes(part);
        if (exact.contains(modelType)) {
            return modelType;
        }
        return exact.contains(FloatType.F16)
                ? FloatType.F16
                : exact.contains(FloatType.BF16) ? FloatType.BF16 : FloatType.F32;
    }

    private Encoding encoding(ModelPart part, TableFormat format) {
        return switch (format) {
            case KEEP -> kept(part);
            case SAME -> asLinear(part);
            case F32,
                    F16,
                    BF16,
                    Q8_0,
                    Q6_K,
                    Q5_0,
                    Q4_0,
                    Q4_1,
                    Q4_K,
                    BITS_8,
                    BITS_6,
                    BITS_5,
                    BITS_4 ->
                    explicit(part, format);
        };
    }

    private Encoding explicit(ModelPart part, TableFormat format) {
        if (options.format().container() == Container.GGUF) {
            return new Encoding.Ggml(format.ggml().orElseThrow());
        }
        if (format.bits().isPresent()) {
            return new Encoding.Mlx(format.bits().getAsInt(), groupSize(part), scaleType(part));
        }
        return new Encoding.Plain(format.plain().orElseThrow());
    }

    private Encoding kept(ModelPart part) {
        if (options.format().encoding() instanceof Encoding.Plain plain) {
            return plain;
        }
        return switch (part.source().format()) {
            case Dense(FloatType type) -> keptDense(type);
            case Blocks(BlockType type) -> keptBlocks(part, type);
            case Binary _, Ternary _, Affine _ -> asLinear(part);
        };
    }

    /** Transformers quantizes no tables. */
    private Encoding asLinear(ModelPart part) {
        return switch (options.format().container()) {
            case GGUF, MLX -> linear(part);
            case HUGGING_FACE ->
                    new Encoding.Plain(
                            part.source().format() instanceof Affine ? FloatType.F32 : modelType);
        };
    }

    private Encoding keptDense(FloatType type) {
        return switch (options.format().container()) {
            case GGUF -> new Encoding.Ggml(ggml(type));
            case MLX, HUGGING_FACE -> new Encoding.Plain(type);
        };
    }

    private static GgmlType ggml(FloatType type) {
        return switch (type) {
            case F32 -> GgmlType.F32;
            case F16 -> GgmlType.F16;
            case BF16 -> GgmlType.BF16;
        };
    }

    /** MLX holds most blocks of ggml exactly, in groups of 32. */
    private Encoding keptBlocks(ModelPart part, BlockType type) {
        return switch (options.format().container()) {
            case GGUF -> new Encoding.Ggml(GgmlType.valueOf(type.name()));
            case MLX ->
                    type.groupWeights() == 32
                            ? new Encoding.Mlx(type.bits(), 32, scaleType(part))
                            : linear(part);
            case HUGGING_FACE -> new Encoding.Plain(FloatType.F32);
        };
    }

    /** The type of the embedding, or of its scales. */
    private FloatType modelType() {
        if (options.format().encoding() instanceof Encoding.Plain(FloatType type)) {
            return type;
        }
        return switch (sources.getFirst().source().format()) {
            case Dense(FloatType type) -> type;
            case Binary binary -> binary.scaleType();
            case Affine affine -> affine.scaleType();
            case Ternary _, Blocks _ -> FloatType.F16;
        };
    }
}
