package dev.trilobit.cli.inspect;

import dev.trilobit.cli.io.StandardStreams;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How fast a model can decode at most: every weight is read once for each token, so no engine is
 * faster than the memory.
 *
 * @param bytesPerToken of weights
 * @param memories what is looked at
 */
record SpeedCeiling(long bytesPerToken, List<Memory> memories) {
    /** Bandwidths of data sheets; what programs reach is 60 to 90 % of them. */
    private static final List<Memory> TYPICAL =
            List.of(
                    new Memory("DDR4-3200, 2 channels", 51.2),
                    new Memory("DDR5-5600, 2 channels", 89.6),
                    new Memory("Apple M4", 120),
                    new Memory("Apple M5", 153.6),
                    new Memory("Apple M4 Pro", 273),
                    new Memory("Apple M4 Max", 546),
                    new Memory("GeForce RTX 4090", 1008),
                    new Memory("H100 SXM", 3350));

    SpeedCeiling {
        memories = List.copyOf(memories);
    }

    /**
     * A memory.
     *
     * @param name of a machine that has it
     * @param gigabytesPerSecond powers of ten
     */
    record Memory(String name, double gigabytesPerSecond) {}

    /** Looks at a few memories. */
    static SpeedCeiling typical(long bytesPerToken) {
        return new SpeedCeiling(bytesPerToken, TYPICAL);
    }

    /** Looks at one. */
    static SpeedCeiling of(long bytesPerToken, double gigabytesPerSecond) {
        return new SpeedCeiling(bytesPerToken, List.of(new Memory("as given", gigabytesPerSecond)));
    }

    private double tokensPerSecond(Memory memory) {
        return memory.gigabytesPerSecond() * 1e9 / bytesPerToken;
    }

    /** Returns the figures, for JSON. */
    List<Map<String, Object>> object() {
        var list = new ArrayList<Map<String, Object>>();
        for (Memory memory : memories) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("memory", memory.name());
            object.put("gigabytes_per_second", memory.gigabytesPerSecond());
            object.put("tokens_per_second", Math.round(10 * tokensPerSecond(memory)) / 10.0);
            list.add(object);
        }
        return list;
    }

    /** Prints the arithmetic and the figures for people. */
    void print(StandardStreams streams) {
        streams.out()
                .println(
                        "ceiling: a decoded token reads every weight once (of the embedding one"
                                + " row), so tokens/s = bandwidth / bytes per token:");
        for (Memory memory : memories) {
            streams.out()
                    .println(
                            String.format(
                                    Locale.ROOT,
                                    "  %-24s %7.1f GB/s / %,.1f MB = %9.1f tokens/s",
                                    memory.name(),
                                    memory.gigabytesPerSecond(),
                                    bytesPerToken / 1e6,
                                    tokensPerSecond(memory)));
        }
    }
}
