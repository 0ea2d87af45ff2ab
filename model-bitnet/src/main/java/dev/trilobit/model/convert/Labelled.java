package dev.trilobit.model.convert;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A choice with a name on the command line. */
interface Labelled {
    /** Returns the name. */
    String label();

    /**
     * Finds a choice by its name, in capitals or not.
     *
     * @param kind what the choices are, for messages
     * @throws IllegalArgumentException naming all of them if there is none
     */
    static <T extends Labelled> T find(String kind, List<T> choices, String label) {
        return choices.stream()
                .filter(choice -> choice.label().equals(label.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "there is no %s %s; expected one of %s"
                                                .formatted(kind, label, labels(choices))));
    }

    /** Returns the names, for messages. */
    static String labels(List<? extends Labelled> choices) {
        return choices.stream().map(Labelled::label).collect(Collectors.joining(", "));
    }
}
