package dev.trilobit.cli.bench.measure;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Names the processor: figures mean nothing without it. */
public final class Processor {
    private static final Path FACTS = Path.of("/proc/cpuinfo");
    private static final List<String> SYSCTL =
            List.of("/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string");
    private static final String UNKNOWN = "unknown processor";

    private Processor() {}

    /** Returns its name with family and model, where the system tells them. */
    public static String name() {
        return Files.isReadable(FACTS) ? read(FACTS) : ask(SYSCTL);
    }

    /** As {@link #name}, from a file as Linux writes it: names on x86, numbers on ARM. */
    static String read(Path file) {
        Map<String, String> facts = new HashMap<>();
        try {
            for (String line : Files.readAllLines(file)) {
                int colon = line.indexOf(':');
                if (colon < 0) {
                    break;
                }
                facts.put(line.substring(0, colon).strip(), line.substring(colon + 1).strip());
            }
        } catch (IOException _) {
            return UNKNOWN;
        }
        if (facts.containsKey("CPU implementer")) {
            // Names of these numbers: Linux, arch/arm64/include/asm/cputype.h.
            return "ARM, implementer %s part %s variant %s revision %s"
                    .formatted(
                            facts.get("CPU implementer"),
                            facts.get("CPU part"),
                            facts.get("CPU variant"),
                            facts.get("CPU revision"));
        }
        String name = facts.getOrDefault("model name", UNKNOWN);
        return facts.containsKey("cpu family")
                ? "%s, family %s model %s"
                        .formatted(name, facts.get("cpu family"), facts.get("model"))
                : name;
    }

    /** Asks a program that prints the name alone, as macOS has one. */
    static String ask(List<String> command) {
        try {
            Process process =
                    new ProcessBuilder(command)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            byte[] name = process.getInputStream().readAllBytes();
            String text = new String(name, StandardCharsets.UTF_8).strip();
            return process.waitFor() == 0 && !text.isEmpty() ? text : UNKNOWN;
        } catch (IOException _) {
            // The system is neither of the two.
            return UNKNOWN;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return UNKNOWN;
        }
    }
}
