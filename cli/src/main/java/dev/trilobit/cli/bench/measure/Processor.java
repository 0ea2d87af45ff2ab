package dev.trilobit.cli.bench.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Names the processor: figures mean nothing without it. */
public final class Processor {
    private static final Path FACTS = Path.of("/proc/cpuinfo");
    private static final String UNKNOWN = "unknown processor";

    private Processor() {}

    /** Returns its name with family and model, where the system tells them. */
    public static String name() {
        return read(FACTS);
    }

    /** As {@link #name}, from a file as Linux writes it on x86. */
    static String read(Path file) {
        try {
            String name = UNKNOWN;
            String family = "";
            for (String line : Files.readAllLines(file)) {
                String value = line.substring(line.indexOf(':') + 1).strip();
                if (line.startsWith("model name")) {
                    name = value;
                } else if (line.startsWith("cpu family")) {
                    family = ", family " + value;
                } else if (line.startsWith("model\t")) {
                    family += " model " + value;
                } else if (line.isBlank()) {
                    break;
                }
            }
            return name + family;
        } catch (IOException _) {
            return UNKNOWN;
        }
    }
}
