package dev.trilobit.model.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * Reads which tokens the {@code post_processor} of a tokenizer.json puts in front of a text: {@code
 * TemplateProcessing} those of {@code single} before the sequence, {@code BertProcessing} and
 * {@code RobertaProcessing} their {@code cls}, {@code Sequence} those of its parts, others none.
 * Source: the processors of the tokenizers library.
 */
final class PostProcessor {
    private PostProcessor() {}

    /** Returns the ids in front; empty without a post-processor. */
    static Optional<List<Integer>> addedInFront(JsonNode processor) {
        if (!processor.isObject()) {
            return Optional.empty();
        }
        List<Integer> ids = new ArrayList<>();
        collect(processor, ids);
        return Optional.of(ids);
    }

    private static void collect(JsonNode processor, List<Integer> ids) {
        switch (processor.path("type").asString("")) {
            case "TemplateProcessing" -> collectTemplate(processor, ids);
            case "BertProcessing", "RobertaProcessing" -> add(processor.path("cls").path(1), ids);
            case "Sequence" -> processor.path("processors").forEach(part -> collect(part, ids));
            default -> {}
        }
    }

    private static void collectTemplate(JsonNode processor, List<Integer> ids) {
        for (JsonNode part : processor.path("single")) {
            if (!part.has("SpecialToken")) {
                return;
            }
            String name = part.path("SpecialToken").path("id").asString("");
            processor.path("special_tokens").path(name).path("ids").forEach(id -> add(id, ids));
        }
    }

    private static void add(JsonNode id, List<Integer> ids) {
        if (id.canConvertToInt()) {
            ids.add(id.asInt());
        }
    }
}
