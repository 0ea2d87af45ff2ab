package dev.trilobit.fuzz;

import java.nio.file.Path;

/**
 * Where Jazzer comes in. The system property {@code trilobit.fuzz.target} names the target, {@code
 * trilobit.fuzz.last} a file for the input that is being parsed.
 */
public final class JazzerEntry {
    private static final FuzzTarget TARGET =
            FuzzTarget.of(System.getProperty("trilobit.fuzz.target", ""));
    private static final LastInput LAST =
            new LastInput(Path.of(System.getProperty("trilobit.fuzz.last", "target/last")));

    private JazzerEntry() {}

    /** Parses one input. */
    public static void fuzzerTestOneInput(byte[] input) {
        LAST.write(input);
        TARGET.accept(input);
    }
}
