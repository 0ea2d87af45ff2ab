package dev.trilobit.backend.cpu;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * The options of this backend, read from names and text.
 *
 * @param threads threads that share the work of a step, the calling one included
 * @param kvType how keys and values are kept
 */
record CpuOptions(int threads, KvType kvType) {
    private static final String THREADS = "threads";
    private static final String KV = "kv";
    private static final List<String> KNOWN = List.of(THREADS, KV);

    /** Most threads of a program. */
    static final int MOST_THREADS = 1024;

    /**
     * Reads options.
     *
     * @throws IllegalArgumentException if names are unknown or values out of range, naming all
     */
    static CpuOptions parse(Map<String, String> options) {
        var problems = new ArrayList<String>();
        for (String name : new TreeSet<>(options.keySet())) {
            if (!KNOWN.contains(name)) {
                problems.add(
                        "unknown option '%s'; known: %s".formatted(name, String.join(", ", KNOWN)));
            }
        }
        int threads =
                options.containsKey(THREADS)
                        ? threads(options.get(THREADS), problems)
                        : Runtime.getRuntime().availableProcessors();
        KvType kvType = options.containsKey(KV) ? kvType(options.get(KV), problems) : KvType.F32;
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(
                    CpuVectorBackend.ID + ": " + String.join("; ", problems));
        }
        return new CpuOptions(threads, kvType);
    }

    private static KvType kvType(String text, List<String> problems) {
        Optional<KvType> type = KvType.labelled(text.strip());
        if (type.isEmpty()) {
            problems.add("kv must be one of %s, got '%s'".formatted(KvType.labels(), text));
        }
        return type.orElse(KvType.F32);
    }

    private static int threads(String text, List<String> problems) {
        try {
            int threads = Integer.parseInt(text.strip());
            if (threads >= 1 && threads <= MOST_THREADS) {
                return threads;
            }
        } catch (NumberFormatException e) {
            // Said below, together with numbers out of range.
        }
        problems.add(
                "threads must be a number from 1 to %d, got '%s'".formatted(MOST_THREADS, text));
        return 1;
    }
}
