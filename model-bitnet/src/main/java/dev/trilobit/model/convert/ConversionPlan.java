package dev.trilobit.model.convert;

import dev.trilobit.api.quant.Binary;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.RowDecoder;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.model.arch.DecoderModel;
import dev.trilobit.model.convert.ConversionOptions.Activations;
import dev.trilobit.model.convert.ConversionOptions.Numbers;
import dev.trilobit.model.convert.ModelPart.Role;
import dev.trilobit.model.file.TensorEntry;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
    private final TypeChoice types;
    private final List<PlannedPart> parts = new ArrayList<>();
    private final Map<String, List<String>> reasons = new LinkedHashMap<>();
    private final List<String> others = new ArrayList<>();

    private ConversionPlan(DecoderModel model, ConversionOptions options) {
        this.model = model;
        this.options = options;
        this.sources = ModelPart.of(model.program());
        this.types = TypeChoice.of(model, sources.getFirst(), options);
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
        plan.checkRounding();
        if (!plan.reasons.isEmpty() || !plan.others.isEmpty()) {
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
        return types.modelType();
    }

    /** Returns which layers will treat their input in another way than in the source. */
    RoundedInputs roundedInputs() {
        return RoundedInputs.planned(model.program(), model.config(), parts);
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
                case NORM -> plan(part, part.module(), types.norm(part), false);
                case LINEAR -> plan(part, part.module(), types.linear(part), mayRound());
                case EMBEDDING -> table(part, ModelPart.EMBEDDING, embedding);
                case HEAD -> table(part, ModelPart.HEAD, head);
            }
        }
        if (tied && head != TableFormat.KEEP && head != embedding) {
            table(sources.getFirst(), ModelPart.HEAD, head);
        }
    }

    private void checkRounding() {
        if (mayRound() || options.activations() == Activations.ANY || !reasons.isEmpty()) {
            return;
        }
        for (String note : roundedInputs().notes()) {
            others.add(note + "; --allow-other-activations writes it all the same");
        }
    }

    private boolean mayRound() {
        return options.numbers() == Numbers.QUANTIZED;
    }

    private void table(ModelPart part, String module, TableFormat format) {
        Encoding encoding = types.table(part, format);
        plan(part, module, encoding, mayRound() || format.isExplicit());
    }

    private void plan(ModelPart part, String module, Encoding encoding, boolean mayRound) {
        var planned = new PlannedPart(part, module, encoding, mayRound);
        Optional<String> misfit = encoding.misfit(part.source().shape());
        if (misfit.isPresent()) {
            refuse(part, "%s; %s".formatted(misfit.get(), whatFits(part, encoding)));
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
        var texts = new ArrayList<>(others);
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

    /** Names what the matrix fits instead: group sizes, types of tables, or formats of layers. */
    private String whatFits(ModelPart part, Encoding encoding) {
        if (encoding instanceof Encoding.Mlx mlx) {
            return groupSizes(part, mlx);
        }
        return part.role() == Role.LINEAR ? formats() : tableFormats(part);
    }

    private static String groupSizes(ModelPart part, Encoding.Mlx mlx) {
        List<String> sizes =
                ConversionOptions.GROUP_SIZES.stream()
                        .sorted()
                        .filter(
                                size ->
                                        new Encoding.Mlx(mlx.bits(), size, mlx.scaleType())
                                                .misfit(part.source().shape())
                                                .isEmpty())
                        .map(String::valueOf)
                        .toList();
        return sizes.isEmpty()
                ? "no group size of MLX divides them"
                : "it fits --group-size " + String.join(" or ", sizes);
    }

    private String tableFormats(ModelPart part) {
        return "it fits "
                + Arrays.stream(TableFormat.values())
                        .filter(TableFormat::isExplicit)
                        .filter(format -> format.fits(options.format().container()))
                        .filter(
                                format ->
                                        types.table(part, format)
                                                .misfit(part.source().shape())
                                                .isEmpty())
                        .map(TableFormat::label)
                        .collect(Collectors.joining(", "));
    }

    /** Names the formats of the same container that every layer fits. */
    private String formats() {
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
                            .formatted((float) scale, type.suffix(), type.round((float) scale)));
        }
    }
}
