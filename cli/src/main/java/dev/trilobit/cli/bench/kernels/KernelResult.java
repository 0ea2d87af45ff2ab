package dev.trilobit.cli.bench.kernels;

import dev.trilobit.cli.bench.measure.ActivationRule;
import dev.trilobit.cli.bench.measure.Samples;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A kernel and what was measured.
 *
 * @param engine who multiplied, with how many threads
 * @param kernel the case
 * @param copies of the matrices that took turns
 * @param bytes of one copy as the engine holds it
 * @param seconds of one multiplication
 */
record KernelResult(Engine engine, KernelCase kernel, int copies, long bytes, Samples seconds) {
    /**
     * Who multiplied.
     *
     * @param name backend id, or another program with its version
     * @param threads it had; {@code auto} if it chose, {@code -} if nobody knows
     */
    record Engine(String name, String threads) {
        /** Returns a backend with so many threads, 0 meaning that it chose. */
        static Engine of(String backend, int threads) {
            return new Engine(backend, label(threads));
        }

        /** Returns how a number of threads is told. */
        static String label(int threads) {
            return threads == 0 ? "auto" : String.valueOf(threads);
        }
    }

    /** Returns the bytes of weights read a second. */
    double bytesPerSecond() {
        return bytes / seconds.median();
    }

    /** Returns the weights read a second. */
    double weightsPerSecond() {
        return kernel.chain().weights() / seconds.median();
    }

    /** Returns multiplications a second: each weight with each token. */
    double multiplicationsPerSecond() {
        return weightsPerSecond() * kernel.tokens();
    }

    /** Returns bits that a weight takes, scales included. */
    double bitsPerWeight() {
        return 8.0 * bytes / kernel.chain().weights();
    }

    /** Returns flat facts. */
    Map<String, @Nullable Object> facts() {
        Map<String, @Nullable Object> facts = new LinkedHashMap<>();
        facts.put("engine", engine.name());
        facts.put("threads", engine.threads());
        facts.put("format", kernel.format().format().label());
        facts.put("activations", ActivationRule.label(kernel.format().activations()));
        facts.put("shape", kernel.chain().label());
        facts.put("m", kernel.tokens());
        facts.put("weights", kernel.chain().weights());
        facts.put("copies", copies);
        facts.put("bytes", bytes);
        facts.put("bits_per_weight", bitsPerWeight());
        facts.put("microseconds", 1e6 * seconds.median());
        facts.put("microseconds_min", 1e6 * seconds.least());
        facts.put("microseconds_max", 1e6 * seconds.most());
        facts.put("bytes_per_second", bytesPerSecond());
        facts.put("weights_per_second", weightsPerSecond());
        facts.put("multiplications_per_second", multiplicationsPerSecond());
        return facts;
    }
}
