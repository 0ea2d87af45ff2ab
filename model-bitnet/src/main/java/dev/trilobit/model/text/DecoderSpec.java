package dev.trilobit.model.text;

import dev.trilobit.model.file.ModelFormatException;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Reads the {@code decoder} of a tokenizer.json. */
final class DecoderSpec {
    private final String label;
    private final List<PieceDecoding.Replacement> replacements = new ArrayList<>();
    private boolean byteLevel;
    private boolean byteFallback;
    private int leadingSpaces;

    private DecoderSpec(String label) {
        this.label = label;
    }

    /** Returns the decoding of a file that names none: pieces are text. */
    static PieceDecoding none() {
        return new PieceDecoding(false, false, List.of(), 0);
    }

    /**
     * Reads a decoder.
     *
     * @throws ModelFormatException if it has a step that we do not know
     */
    static PieceDecoding read(JsonNode decoder, String label) {
        if (decoder.isNull()) {
            return none();
        }
        DecoderSpec spec = new DecoderSpec(label);
        spec.add(decoder);
        return new PieceDecoding(
                spec.byteLevel, spec.byteFallback, spec.replacements, spec.leadingSpaces);
    }

    private void add(JsonNode step) {
        String type = step.path("type").asString("");
        switch (type) {
            case "ByteLevel" -> byteLevel = true;
            case "ByteFallback" -> byteFallback = true;
            case "Fuse" -> {
                // Pieces are joined here anyway.
            }
            case "Sequence" -> step.path("decoders").forEach(this::add);
            case "Strip" -> addStrip(step);
            case "Replace" -> addReplace(step);
            case "Metaspace" -> addMetaspace(step);
            default ->
                    throw new ModelFormatException(
                            label,
                            "decoder \"%s\" is not supported, only ByteLevel, ByteFallback, Fuse,"
                                            .formatted(type)
                                    + " Metaspace, Replace, Sequence and Strip");
        }
    }

    private void addStrip(JsonNode step) {
        int stop = step.path("stop").asInt(0);
        if (!step.path("content").asString("").equals(" ") || stop != 0) {
            throw new ModelFormatException(
                    label, "decoder Strip: only spaces at the start are supported, got " + step);
        }
        leadingSpaces += step.path("start").asInt(0);
    }

    private void addReplace(JsonNode step) {
        JsonNode from = step.path("pattern").path("String");
        if (!from.isString()) {
            throw new ModelFormatException(
                    label, "decoder Replace: only a String pattern is supported, got " + step);
        }
        replacements.add(
                new PieceDecoding.Replacement(from.asString(), step.path("content").asString("")));
    }

    private void addMetaspace(JsonNode step) {
        String mark = step.path("replacement").asString("\u2581");
        replacements.add(new PieceDecoding.Replacement(mark, " "));
        boolean prefixed = step.path("add_prefix_space").asBoolean(true);
        if (prefixed && !step.path("prepend_scheme").asString("always").equals("never")) {
            leadingSpaces += 1;
        }
    }
}
