package dev.trilobit.model.text;

import dev.trilobit.model.file.ModelFormatException;
import dev.trilobit.model.file.StrictJson;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * A {@code tokenizer.json} of byte-level BPE, read for the parts a GGUF file has: tokens, merges,
 * and the name of what cuts the text.
 */
final class BytePairFile {
    private final String label;
    private final JsonNode root;

    /**
     * Reads the file.
     *
     * @throws ModelFormatException if it is no JSON
     */
    BytePairFile(String label, MemorySegment json) {
        this.label = label;
        try {
            this.root = StrictJson.parser(json.toArray(ValueLayout.JAVA_BYTE)).readValueAsTree();
        } catch (JacksonException e) {
            throw new ModelFormatException(label, "not JSON: " + e.getOriginalMessage(), e);
        }
    }

    /** Returns what an id without a token is called in GGUF files. */
    static String padding(int id) {
        return "[PAD%d]".formatted(id);
    }

    /** Returns whether pieces stand for bytes; else the file is a SentencePiece model in JSON. */
    boolean isByteLevel() {
        return !root.path("model").path("byte_fallback").asBoolean(false);
    }

    /** Returns the merges, best first, with a space between the two pieces. */
    List<String> merges() {
        var merges = new ArrayList<String>();
        for (JsonNode merge : root.path("model").path("merges")) {
            merges.add(
                    merge.isArray()
                            ? merge.path(0).asString("") + " " + merge.path(1).asString("")
                            : merge.asString(""));
        }
        return merges;
    }

    /**
     * Returns the tokens.
     *
     * @param vocabulary how many ids there are; those without a token become padding
     * @throws ModelFormatException if a token has a larger id
     */
    PieceTable table(int vocabulary) {
        Map<Integer, String> pieces = new HashMap<>();
        Map<Integer, TokenKind> kinds = new HashMap<>();
        for (Map.Entry<String, JsonNode> entry : root.path("model").path("vocab").properties()) {
            pieces.put(entry.getValue().asInt(-1), entry.getKey());
        }
        for (JsonNode token : root.path("added_tokens")) {
            int id = token.path("id").asInt(-1);
            pieces.put(id, token.path("content").asString(""));
            kinds.put(
                    id,
                    token.path("special").asBoolean(false)
                            ? TokenKind.CONTROL
                            : TokenKind.USER_DEFINED);
        }
        pieces.keySet().stream()
                .filter(id -> id < 0 || id >= vocabulary)
                .findFirst()
                .ifPresent(
                        id -> {
                            throw new ModelFormatException(
                                    label,
                                    "token \"%s\" has the id %d, and the model has %d ids"
                                            .formatted(pieces.get(id), id, vocabulary));
                        });
        var builder = new PieceTable.Builder(label);
        for (int id = 0; id < vocabulary; id++) {
            if (pieces.containsKey(id)) {
                builder.add(
                        pieces.getOrDefault(id, ""), 0, kinds.getOrDefault(id, TokenKind.NORMAL));
            } else {
                builder.add(padding(id), 0, TokenKind.UNUSED);
            }
        }
        return builder.build();
    }

    /**
     * Returns the rule that cuts text as this file says.
     *
     * @throws ModelFormatException if GGUF has no name for it
     */
    PreTokenizer rule() {
        var cuts = new ArrayList<String>();
        var problems = new ArrayList<String>();
        String type = root.path("model").path("type").asString("BPE");
        if (!type.equals("BPE")) {
            problems.add("the model is %s, not BPE".formatted(type));
        }
        addCuts(root.path("pre_tokenizer"), cuts, problems);
        boolean composes = composes(root.path("normalizer"), problems);
        addUnnamed(problems);
        boolean whole = root.path("model").path("ignore_merges").asBoolean(false);
        if (problems.isEmpty()) {
            for (PreTokenizer rule : PreTokenizer.all()) {
                if (rule.cuts().equals(cuts)
                        && rule.traits().composes() == composes
                        && rule.traits().wholePieces() == whole) {
                    return rule;
                }
            }
            problems.add(
                    "it cuts with %s, normalizes to NFC: %s, ignore_merges: %s"
                            .formatted(cuts, composes, whole));
        }
        throw new ModelFormatException(
                label,
                "GGUF names tokenizers instead of describing them, and has no name for this one: "
                        + String.join("; ", problems));
    }

    /** GGUF has the content of an added token and whether it is special, and nothing else. */
    private void addUnnamed(List<String> problems) {
        for (JsonNode token : root.path("added_tokens")) {
            for (String flag : List.of("lstrip", "rstrip", "single_word")) {
                if (token.path(flag).asBoolean(false)) {
                    problems.add(
                            "the added token \"%s\" has %s"
                                    .formatted(token.path("content").asString(""), flag));
                }
            }
        }
    }

    private static void addCuts(JsonNode node, List<String> cuts, List<String> problems) {
        String type = node.path("type").asString("none");
        switch (type) {
            case "Sequence" ->
                    node.path("pretokenizers").forEach(part -> addCuts(part, cuts, problems));
            case "Split" -> cuts.add(node.path("pattern").path("Regex").asString("?"));
            case "Digits" -> {
                if (node.path("individual_digits").asBoolean(false)) {
                    cuts.add(PreTokenizer.DIGIT);
                } else {
                    problems.add("it cuts runs of digits");
                }
            }
            case "ByteLevel" -> {
                if (node.path("add_prefix_space").asBoolean(false)) {
                    problems.add("it puts a space in front");
                }
                if (node.path("use_regex").asBoolean(true)) {
                    cuts.addAll(PreTokenizer.GPT2.cuts());
                }
            }
            default -> problems.add("it cuts with " + type);
        }
    }

    private static boolean composes(JsonNode node, List<String> problems) {
        if (node.isNull() || node.isMissingNode()) {
            return false;
        }
        String type = node.path("type").asString("none");
        if (!type.equals("NFC")) {
            problems.add("it normalizes with " + type);
        }
        return true;
    }
}
