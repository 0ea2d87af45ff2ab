package dev.trilobit.cli.inspect;

import dev.trilobit.api.program.WeightRef;
import dev.trilobit.cli.io.ByteCount;
import dev.trilobit.cli.io.StandardStreams;
import dev.trilobit.cli.load.I2sVerdict;
import dev.trilobit.cli.load.ModelOpener;
import dev.trilobit.model.arch.DecoderModel;
import dev.trilobit.model.arch.ModelConfig;
import dev.trilobit.model.arch.ModelSummary;
import dev.trilobit.model.arch.ModelSummary.FormatShare;
import dev.trilobit.model.file.GgmlType;
import dev.trilobit.model.file.ModelFolder;
import dev.trilobit.model.file.StoredTensor;
import dev.trilobit.model.text.TextCodec;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * What can be said about a model.
 *
 * @param folder open
 * @param details what is wanted beside the usual
 * @param layout of I2_S tensors
 */
record ModelDescription(
        ModelFolder folder, DecoderModel model, Details details, I2sVerdict layout) {
    /**
     * What is wanted beside the usual.
     *
     * @param tensors whether to list tensors and weights one by one
     * @param metadata whether to list keys
     * @param bandwidth gigabytes a second, or 0 for a table
     */
    record Details(boolean tensors, boolean metadata, double bandwidth) {}

    private static long bytesOf(WeightRef weight) {
        return weight.format().byteSize(weight.shape());
    }

    private SpeedCeiling ceiling(ModelSummary summary) {
        return details.bandwidth() == 0
                ? SpeedCeiling.typical(summary.bytesPerToken())
                : SpeedCeiling.of(summary.bytesPerToken(), details.bandwidth());
    }

    private static Map<String, Object> weight(ModelSummary summary) {
        Map<String, Object> weight = new LinkedHashMap<>();
        weight.put("parameters", summary.parameters());
        weight.put("weight_bytes", summary.weightBytes());
        weight.put("bits_per_weight", Math.round(100 * summary.bitsPerWeight()) / 100.0);
        weight.put("bytes_per_token", summary.bytesPerToken());
        return weight;
    }

    private Map<String, Object> sizes() {
        ModelConfig config = model.config();
        Map<String, Object> sizes = new LinkedHashMap<>();
        sizes.put("architecture", config.architecture());
        sizes.put("vocabulary", config.vocabulary());
        sizes.put("hidden", config.hidden());
        sizes.put("intermediate", config.intermediate());
        sizes.put("layers", config.layers());
        sizes.put("heads", config.heads());
        sizes.put("kv_heads", config.kvHeads());
        sizes.put("head_dim", config.headDim());
        sizes.put("max_context_tokens", config.maxContextTokens());
        return sizes;
    }

    /** A model without a tokenizer runs on token ids. */
    private Map<String, Object> textRules() {
        if (!TextCodec.isIn(folder)) {
            return Map.of("tokenizer", false);
        }
        try (TextCodec text = ModelOpener.text(folder)) {
            Map<String, Object> rules = new LinkedHashMap<>();
            rules.put("tokenizer", true);
            rules.put("tokens", text.tokenizer().vocabularySize());
            rules.put("bos", text.bos().isPresent() ? List.of(text.bos().getAsInt()) : List.of());
            rules.put("end_tokens", List.copyOf(new TreeSet<>(text.endTokens())));
            rules.put("chat_template", text.chatTemplate().isPresent());
            return rules;
        }
    }

    private Map<String, Object> files() {
        Map<String, Object> files = new LinkedHashMap<>();
        for (String name : folder.names()) {
            files.put(name, folder.find(name).map(MemorySegment::byteSize).orElse(0L));
        }
        return files;
    }

    /** Returns everything, for JSON. */
    Map<String, Object> object() {
        ModelSummary summary = ModelSummary.of(model);
        Map<String, Object> formats = new LinkedHashMap<>();
        for (FormatShare share : summary.formats()) {
            formats.put(
                    share.format(),
                    Map.of(
                            "matrices", share.matrices(),
                            "weights", share.parameters(),
                            "bytes", share.bytes()));
        }
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("label", folder.label());
        object.putAll(sizes());
        object.putAll(weight(summary));
        object.put("operations", model.program().ops().size());
        object.put("formats", formats);
        StoredTypes stored = StoredTypes.of(folder);
        object.put("stored", stored(stored));
        if (stored.shares().containsKey(GgmlType.I2_S.label())) {
            object.putAll(layoutOfCodes());
        }
        object.put("ceiling", ceiling(summary).object());
        object.put("text", textRules());
        object.put("files", files());
        if (details.metadata()) {
            object.put("metadata", FileMetadata.of(folder));
        }
        if (details.tensors()) {
            object.put("stored_tensors", stored.tensors().stream().map(this::tensor).toList());
            object.put(
                    "tensors",
                    model.program().weights().values().stream()
                            .map(ModelDescription::tensor)
                            .toList());
        }
        return object;
    }

    /** A GGUF file does not say it: what was assumed, asked for or found by trying all. */
    private Map<String, Object> layoutOfCodes() {
        Map<String, Object> codes = new LinkedHashMap<>();
        codes.put("i2s_layout", layout.options().i2s().label());
        if (!layout.scores().isEmpty()) {
            Map<String, Object> scores = new LinkedHashMap<>();
            layout.scores()
                    .forEach(score -> scores.put(score.layout().label(), score.perplexity()));
            codes.put("i2s_perplexity", scores);
        }
        return codes;
    }

    private static Map<String, Object> stored(StoredTypes types) {
        Map<String, Object> stored = new LinkedHashMap<>();
        types.shares()
                .forEach(
                        (type, share) ->
                                stored.put(
                                        type,
                                        Map.of(
                                                "tensors", share.tensors(),
                                                "bytes", share.bytes())));
        return stored;
    }

    private Map<String, Object> tensor(StoredTensor stored) {
        Map<String, Object> tensor = new LinkedHashMap<>();
        tensor.put("name", stored.name());
        tensor.put("type", stored.type().label());
        tensor.put("shape", stored.shape());
        tensor.put("bytes", stored.bytes().byteSize());
        tensor.put("offset", stored.byteOffset());
        return tensor;
    }

    private static Map<String, Object> tensor(WeightRef weight) {
        Map<String, Object> tensor = new LinkedHashMap<>();
        tensor.put("name", weight.name());
        tensor.put("rows", weight.shape().rows());
        tensor.put("columns", weight.shape().cols());
        tensor.put("format", weight.format().label());
        tensor.put("bytes", bytesOf(weight));
        return tensor;
    }

    /** Prints everything for people. */
    void print(StandardStreams streams) {
        ModelSummary summary = ModelSummary.of(model);
        line(streams, "model", folder.label());
        sizes().forEach((name, value) -> line(streams, name.replace('_', ' '), value));
        line(streams, "operations", model.program().ops().size() + " a token");
        weight(summary)
                .forEach(
                        (name, value) ->
                                line(
                                        streams,
                                        name.replace('_', ' '),
                                        value instanceof Long number
                                                ? "%,d".formatted(number)
                                                : value));
        for (FormatShare share : summary.formats()) {
            line(
                    streams,
                    "stored as " + share.format(),
                    "%d matrices, %,d weights, %s"
                            .formatted(
                                    share.matrices(),
                                    share.parameters(),
                                    ByteCount.text(share.bytes())));
        }
        StoredTypes stored = StoredTypes.of(folder);
        stored.shares()
                .forEach(
                        (type, share) ->
                                line(
                                        streams,
                                        "in the files as " + type,
                                        "%d tensors, %s"
                                                .formatted(
                                                        share.tensors(),
                                                        ByteCount.text(share.bytes()))));
        textRules().forEach((name, value) -> line(streams, name.replace('_', ' '), value));
        files().forEach((name, bytes) -> line(streams, name, ByteCount.text((Long) bytes)));
        ceiling(summary).print(streams);
        if (details.metadata()) {
            FileMetadata.of(folder).forEach((key, value) -> line(streams, key, value));
        }
        if (details.tensors()) {
            printTensors(streams, stored);
        }
    }

    private void printTensors(StandardStreams streams, StoredTypes stored) {
        for (StoredTensor tensor : stored.tensors()) {
            line(streams, tensor.name(), tensor.layout());
        }
        for (WeightRef weight : model.program().weights().values()) {
            line(
                    streams,
                    weight.name(),
                    "[%d, %d] %s, %s"
                            .formatted(
                                    weight.shape().rows(),
                                    weight.shape().cols(),
                                    weight.format().label(),
                                    ByteCount.text(bytesOf(weight))));
        }
    }

    private static void line(StandardStreams streams, String name, Object value) {
        streams.line("%-24s %s".formatted(name, value));
    }
}
