package dev.trilobit.model.convert;

import dev.trilobit.api.quant.Weight;
import dev.trilobit.model.arch.DecoderModel;
import dev.trilobit.model.arch.DecoderModels;
import dev.trilobit.model.convert.ConversionOptions.Activations;
import dev.trilobit.model.file.ModelFolder;
import dev.trilobit.model.file.ModelFolders;
import dev.trilobit.model.file.TensorEntry;
import dev.trilobit.model.file.TensorFiles;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One conversion: plan, write beside the target, verify, give it its name. */
final class Conversion {
    private static final String GGUF = ".gguf";

    private final String label;
    private final DecoderModel model;
    private final CompanionFiles companions;
    private final ConversionOptions options;
    private final ConversionListener listener;
    private long doneWeights;
    private long totalWeights;

    /**
     * Prepares.
     *
     * @param label of the source, for messages
     * @param companions everything but the weights
     */
    Conversion(
            String label,
            DecoderModel model,
            CompanionFiles companions,
            ConversionOptions options,
            ConversionListener listener) {
        this.label = label;
        this.model = model;
        this.companions = companions;
        this.options = options;
        this.listener = listener;
    }

    /** Does it all. */
    ConversionReport run(Path target) throws IOException {
        checkName(target);
        ConversionPlan plan = ConversionPlan.of(label, model, planOptions());
        long weights = plan.parts().stream().mapToLong(part -> part.shape().elements()).sum();
        totalWeights = companions.isVerifiable() ? 2 * weights : weights;
        try (StagedOutput output = StagedOutput.at(target, options.existing())) {
            long bytes = plan.entries().stream().mapToLong(TensorEntry::byteSize).sum();
            requireRoom(target, bytes);
            Path main = main(output.path(), target);
            write(plan, main);
            Verification verified = verify(plan, output.path());
            output.commit();
            return report(plan, target, verified);
        }
    }

    /** What was made up has no arithmetic to keep. */
    private ConversionOptions planOptions() {
        return companions.isVerifiable() ? options : options.withActivations(Activations.ANY);
    }

    private void checkName(Path target) throws IOException {
        boolean file = options.format().container() == Container.GGUF && !options.isSharded();
        options.misnamed(target)
                .ifPresent(
                        reason -> {
                            throw new ConversionRefusedException(reason);
                        });
        if (Files.exists(target) && Files.isDirectory(target) == file) {
            throw new ConversionRefusedException(
                    "%s: expected a %s, and a %s of that name is there"
                            .formatted(target, file ? "file" : "folder", file ? "folder" : "file"));
        }
        if (companions.isAt(target)) {
            throw new ConversionRefusedException(
                    "%s is the model that is converted, or holds it; write elsewhere"
                            .formatted(target));
        }
    }

    private static void requireRoom(Path target, long bytes) throws IOException {
        FileStore store = Files.getFileStore(target.toAbsolutePath().getParent());
        if (store.getUsableSpace() < bytes) {
            throw new ConversionRefusedException(
                    "%s: expected room for %,d bytes, got %,d"
                            .formatted(target, bytes, store.getUsableSpace()));
        }
    }

    /** The first file of GGUF, or the folder; makes the folder. */
    private Path main(Path staging, Path target) throws IOException {
        if (options.format().container() == Container.GGUF && !options.isSharded()) {
            return staging;
        }
        Files.createDirectory(staging);
        return options.format().container() == Container.GGUF
                ? staging.resolve(target.getFileName() + GGUF)
                : staging;
    }

    private void write(ConversionPlan plan, Path main) throws IOException {
        var output = new ModelOutput(model.config(), plan, options);
        try (TensorFiles files = output.open(main, companions)) {
            var store = new WeightStore(files, output.pairedHeadDim());
            output.writeExtras(files);
            for (PlannedPart part : plan.parts()) {
                try (Arena arena = Arena.ofShared()) {
                    Weight source = model.weights().weight(part.part().source().name(), arena);
                    store.write(part, Repacking.repack(source, part, arena), arena);
                }
                step("writing", part);
            }
            files.finish();
        }
    }

    private void step(String name, PlannedPart part) {
        doneWeights += part.shape().elements();
        listener.progress(name, doneWeights, totalWeights);
    }

    private Verification verify(ConversionPlan plan, Path written) {
        try (ModelFolder folder = ModelFolders.open(written)) {
            DecoderModel reopened = DecoderModels.withAllCodesRead(DecoderModels.open(folder));
            var verification = new Verification(model, reopened);
            if (companions.isVerifiable()) {
                verification.noteRounding(plan.roundedInputs());
                for (PlannedPart part : plan.parts()) {
                    verification.compare(part);
                    step("verifying", part);
                }
            }
            return verification;
        }
    }

    private List<String> notes(Verification verified) {
        var notes = new ArrayList<>(companions.notes());
        notes.addAll(verified.notes());
        return notes;
    }

    private ConversionReport report(ConversionPlan plan, Path target, Verification verified) {
        Map<String, ConversionReport.Share> shares = new LinkedHashMap<>();
        long sourceBytes = 0;
        long targetBytes = 0;
        for (PlannedPart part : plan.parts()) {
            var source = part.part().source();
            long bytes = part.entries().stream().mapToLong(TensorEntry::byteSize).sum();
            sourceBytes += source.format().byteSize(source.shape());
            targetBytes += bytes;
            var share =
                    new ConversionReport.Share(
                            source.format().label(),
                            part.encoding().label(),
                            1,
                            source.shape().elements(),
                            bytes);
            shares.merge(share.from() + " " + share.to(), share, ConversionReport.Share::plus);
        }
        return new ConversionReport(
                label,
                target,
                options.format(),
                sourceBytes,
                targetBytes,
                List.copyOf(shares.values()),
                verified.exactWeights(),
                verified.changes(),
                notes(verified));
    }
}
