package dev.trilobit.cli.io;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Prints what a program reads: one JSON object. */
public final class Json {
    private Json() {}

    /**
     * Prints an object and ends the line.
     *
     * @param object keys in the order they are to appear; values are strings, numbers, booleans,
     *     lists, maps and null
     */
    public static void print(
            StandardStreams streams, Map<String, ? extends @Nullable Object> object) {
        JsonMapper mapper = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
        // JSON escapes only the first 32 characters itself; these are in strings alone.
        streams.out().println(TerminalText.lines(mapper.writeValueAsString(object)));
    }
}
