package dev.trilobit.cli.chat;

import dev.trilobit.cli.io.CommandFailedException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Messages from a file or a pipe. Ctrl-C ends the program as usual. */
final class PipedInput implements ChatInput {
    private final BufferedReader lines;

    PipedInput(InputStream in) {
        lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    }

    @Override
    public Optional<String> next() {
        try {
            String typed = lines.readLine();
            while (typed != null && ChatText.isIncomplete(typed)) {
                String more = lines.readLine();
                if (more == null) {
                    break;
                }
                typed += "\n" + more;
            }
            return Optional.ofNullable(typed);
        } catch (IOException e) {
            throw new CommandFailedException("standard input: " + e.getMessage(), e);
        }
    }

    @Override
    public void guarded(Runnable work, Runnable onInterrupt) {
        work.run();
    }

    @Override
    public void close() {
        // Standard input belongs to the process.
    }
}
