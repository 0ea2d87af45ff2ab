package dev.trilobit.cli.run;

import dev.trilobit.cli.io.CommandFailedException;
import dev.trilobit.cli.io.StandardStream;
import dev.trilobit.cli.io.StandardStreams;
import dev.trilobit.cli.io.UsageException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Finds the prompt: the argument, or standard input. */
final class PromptSource {
    private static final int MOST_BYTES = 16 << 20;
    private static final String STANDARD_INPUT = "-";

    private PromptSource() {}

    /**
     * Returns the prompt, without the line ends at its end when it was piped in.
     *
     * @param argument null if there was none
     * @throws UsageException if there is no prompt or it is empty
     */
    static String read(@Nullable String argument, StandardStreams streams) {
        if (argument != null && !argument.equals(STANDARD_INPUT)) {
            return checked(argument, "the prompt is empty");
        }
        if (argument == null && streams.isTerminal(StandardStream.IN)) {
            throw new UsageException(
                    "no prompt; give one as in: trilobit run \"Once upon a time\", or pipe it in");
        }
        try {
            byte[] bytes = streams.in().readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw new UsageException(
                        "standard input: more than %d MiB; no model takes a prompt so long"
                                .formatted(MOST_BYTES >> 20));
            }
            String piped = new String(bytes, StandardCharsets.UTF_8);
            return checked(
                    piped.replaceFirst("\\R+$", ""),
                    "no prompt: standard input is empty; give one as in: trilobit run \"Once upon a"
                            + " time\"");
        } catch (IOException e) {
            throw new CommandFailedException("standard input: " + e.getMessage(), e);
        }
    }

    private static String checked(String prompt, String problem) {
        if (prompt.isEmpty()) {
            throw new UsageException(problem);
        }
        return prompt;
    }
}
