package dev.trilobit.backend.cpu;

import java.util.List;
import java.util.Optional;

/**
 * Whether this JVM has the compiler (C2, or another that replaces it) that turns the Vector API
 * into vector instructions. Without it each operation is a call that allocates: kernels are a
 * thousand times slower.
 */
final class OptimizingCompiler {
    /** What HotSpot says of itself with {@code -Xint} and with {@code -XX:TieredStopAtLevel=1}. */
    private static final List<String> MODES_WITHOUT =
            List.of("interpreted mode", "emulated-client");

    /** Kinds of JVM that are built without it. */
    private static final List<String> KINDS_WITHOUT = List.of("Zero", "Client", "Minimal");

    private OptimizingCompiler() {}

    /** Says why it is missing in this JVM; empty if it is there. */
    static Optional<String> missing() {
        return missing(
                System.getProperty("java.vm.name", ""), System.getProperty("java.vm.info", ""));
    }

    /**
     * Says why it is missing.
     *
     * @param kind of {@code java.vm.name}
     * @param mode of {@code java.vm.info}
     */
    static Optional<String> missing(String kind, String mode) {
        if (MODES_WITHOUT.stream().noneMatch(mode::contains)
                && KINDS_WITHOUT.stream().noneMatch(kind::contains)) {
            return Optional.empty();
        }
        return Optional.of(
                "this JVM runs without its optimizing compiler (%s, %s), which makes vector kernels a thousand times slower: start java without -Xint and -XX:TieredStopAtLevel"
                        .formatted(kind, mode));
    }
}
