package dev.trilobit.backend.cpu;

import java.util.List;
import java.util.Map;

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
     * @throws IllegalArgumentException if a name is unknown or a value out of range
     */
    static CpuOptions parse(Map<String, String> options) {
        for (String name : options.keySet()) {
            if (!KNOWN.contains(name)) {
                throw new IllegalArgumentException(
                        "%s: unknown option '%s'; known: %s"
                                .formatted(CpuVectorBackend.ID, name, String.join(", ", KNOWN)));
            }
        }
        String threads = options.get(THREADS);
        String kv = options.get(KV);
        return new CpuOptions(
                threads == null ? Runtime.getRuntime().availableProcessors() : threads(threads),
                kv == null ? KvType.F32 : kvType(kv));
    }

    private static KvType kvType(String text) {
        return KvType.labelled(text.strip())
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "%s: kv must be one of %s, got '%s'"
                                                .formatted(
                                                        CpuVectorBackend.ID,
                                                        KvType.labels(),
                                                        text)));
    }

    private static int threads(String text) {
        try {
            int threads = Integer.parseInt(text.strip());
            if (threads >= 1 && threads <= MOST_THREADS) {
                return threads;
            }
        } catch (NumberFormatException e) {
            // Said below, together with numbers out of range.
        }
        throw new IllegalArgumentException(
                "%s: threads must be a number from 1 to %d, got '%s'"
                        .formatted(CpuVectorBackend.ID, MOST_THREADS, text));
    }
}
