package dev.trilobit.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Parses inputs once more, without Jazzer: {@code Replay FILE} or {@code Replay FOLDER}. The
 * properties are those of {@link JazzerEntry}.
 */
public final class Replay {
    private Replay() {}

    /** Ends with 1 if a promise is broken, after a stack trace for each input that does it. */
    @SuppressWarnings("SystemOut") // a program for people
    public static void main(String[] args) throws IOException {
        int broken = 0;
        List<Path> inputs;
        try (var files = Files.walk(Path.of(args[0]))) {
            inputs = files.filter(Files::isRegularFile).sorted().toList();
        }
        for (Path input : inputs) {
            try {
                JazzerEntry.fuzzerTestOneInput(Files.readAllBytes(input));
            } catch (RuntimeException | Error e) {
                System.err.println(input);
                e.printStackTrace();
                broken++;
            }
        }
        System.err.printf("%d inputs, %d break a promise%n", inputs.size(), broken);
        System.exit(broken == 0 ? 0 : 1);
    }
}
