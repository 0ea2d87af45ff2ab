package dev.trilobit.model.arch;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;

/**
 * An object of config.json that is read key by key. What is wrong goes into one list of problems,
 * and reading goes on with a stand-in, so that the user sees all of it at once. A key whose value
 * is null counts as absent.
 */
final class ConfigObject {
    /** No width, vocabulary or count of a model comes near it; products of two fit a long. */
    private static final int LARGEST = 1 << 28;

    private final String prefix;
    private final JsonNode node;
    private final List<String> problems;

    /**
     * Wraps an object.
     *
     * @param prefix for messages: empty, or the key of this object and a dot
     * @param problems shared by all objects of the file
     */
    ConfigObject(String prefix, JsonNode node, List<String> problems) {
        this.prefix = prefix;
        this.node = node;
        this.problems = problems;
    }

    /** Adds a problem of this file. */
    void problem(String problem) {
        problems.add(problem);
    }

    /** Adds a problem of {@code key}. */
    void problem(String key, String problem) {
        problems.add(prefix + key + ": " + problem);
    }

    /** Returns whether {@code key} has a value. */
    boolean has(String key) {
        return node.hasNonNull(key);
    }

    /** Returns a value for messages. */
    String show(String key) {
        return node.path(key).toString();
    }

    /** Returns a positive integer; a missing one is a problem. */
    int count(String key) {
        return has(key) ? count(key, 1) : missing(key, "a positive integer", 1);
    }

    /** Returns a positive integer, or {@code absent}. */
    int count(String key, int absent) {
        return find(key, ConfigObject::isCount, "a positive integer")
                .map(JsonNode::intValue)
                .orElse(absent);
    }

    /** Returns whether {@code key} is a positive integer, and not a stand-in for one. */
    boolean isCount(String key) {
        return isCount(node.path(key));
    }

    private static boolean isCount(JsonNode value) {
        return value.isIntegralNumber()
                && value.canConvertToInt()
                && value.intValue() >= 1
                && value.intValue() <= LARGEST;
    }

    /** Returns a number; a missing one is a problem. */
    double number(String key) {
        return has(key) ? number(key, 1) : missing(key, "a number", 1.0);
    }

    /** Returns a number, or {@code absent}. */
    double number(String key, double absent) {
        return find(key, JsonNode::isNumber, "a number").map(JsonNode::doubleValue).orElse(absent);
    }

    /** Returns a string; a missing one is a problem. */
    String text(String key) {
        return has(key) ? text(key, "") : missing(key, "a string", "");
    }

    /** Returns a string, or {@code absent}. */
    String text(String key, String absent) {
        return find(key, JsonNode::isString, "a string").map(JsonNode::stringValue).orElse(absent);
    }

    /** Returns a boolean, or {@code absent}. */
    boolean flag(String key, boolean absent) {
        return find(key, JsonNode::isBoolean, "true or false")
                .map(JsonNode::booleanValue)
                .orElse(absent);
    }

    /** Returns a list of strings, empty if absent. */
    List<String> texts(String key) {
        var texts = new ArrayList<String>();
        find(key, JsonNode::isArray, "a list of strings")
                .ifPresent(
                        list -> {
                            for (JsonNode item : list) {
                                if (item.isString()) {
                                    texts.add(item.stringValue());
                                } else {
                                    problem(key, "expected a list of strings, got " + list);
                                }
                            }
                        });
        return texts;
    }

    /** Returns an object, if there is one. */
    Optional<ConfigObject> object(String key) {
        return find(key, JsonNode::isObject, "an object")
                .map(value -> new ConfigObject(prefix + key + ".", value, problems));
    }

    /** Returns the keys whose values are objects or booleans. */
    List<String> nestedKeys() {
        return node.propertyNames().stream()
                .filter(key -> node.path(key).isObject() || node.path(key).isBoolean())
                .toList();
    }

    /** Returns whether there are no keys. */
    boolean isEmpty() {
        return node.isEmpty();
    }

    /** Returns whether the value of {@code key} is an object. */
    boolean isObject(String key) {
        return node.path(key).isObject();
    }

    private Optional<JsonNode> find(String key, Predicate<JsonNode> fits, String expected) {
        if (!has(key)) {
            return Optional.empty();
        }
        JsonNode value = node.path(key);
        if (!fits.test(value)) {
            problem(key, "expected %s, got %s".formatted(expected, value));
            return Optional.empty();
        }
        return Optional.of(value);
    }

    private <T> T missing(String key, String expected, T standIn) {
        problem(key, "expected %s, but the key is missing".formatted(expected));
        return standIn;
    }
}
