package dev.trilobit.cli.bench.kernels;

import dev.trilobit.cli.bench.measure.Samples;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A kernel and what was measured.
 *
 * @param engine backend id, or who else multiplied
 * @param threads it had, or {@code auto}
 * @param kernel the case
 * @param bytes of weights as the engine holds them
 * @param seconds of one multiplication
 */
record KernelResult(String engine, String threads, KernelCase kernel, long bytes, Samples seconds) {
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

    /** Returns flat facts; {@code speedUp} is 0 if there is nothing to compare with. */
    Map<String, Object> facts(double speedUp) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("engine", engine);
        facts.put("threads", threads);
        facts.put("format", kernel.format().label());
        facts.put("shape", kernel.chain().label());
        facts.put("m", kernel.tokens());
        facts.put("weights", kernel.chain().weights());
        facts.put("bytes", bytes);
        facts.put("bits_per_weight", bitsPerWeight());
        facts.put("microseconds", 1e6 * seconds.median());
        facts.put("microseconds_min", 1e6 * seconds.least());
        facts.put("microseconds_max", 1e6 * seconds.most());
        facts.put("bytes_per_second", bytesPerSecond());
        facts.put("weights_per_second", weightsPerSecond());
        facts.put("multiplications_per_second", multiplicationsPerSecond());
        facts.put("speed_up_over_bf16", speedUp);
        return facts;
    }
}
