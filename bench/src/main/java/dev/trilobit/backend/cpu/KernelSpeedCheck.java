package dev.trilobit.backend.cpu;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Runs {@link MatVecBenchmark} for the ternary and 1-bit kernels and fails unless each is at least
 * eight times as fast as its scalar twin. The factors are stated for 512 bits: with narrower
 * vectors it says so and checks nothing.
 *
 * <p>{@code java --add-modules jdk.incubator.vector -cp bench/target/benchmarks.jar
 * dev.trilobit.backend.cpu.KernelSpeedCheck}
 */
public final class KernelSpeedCheck {
    private static final double LEAST_FACTOR = 8;
    private static final System.Logger LOG = System.getLogger(KernelSpeedCheck.class.getName());

    private KernelSpeedCheck() {}

    /**
     * Runs the check.
     *
     * @throws IllegalStateException if a kernel is too slow
     */
    public static void main(String[] args) throws RunnerException {
        int bits = Lanes.FLOATS.vectorBitSize();
        if (bits < 512) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "not checked: vectors of {0} bits, the factors are stated for 512",
                    bits);
            return;
        }
        var options =
                new OptionsBuilder()
                        .include(MatVecBenchmark.class.getName() + "\\.(vector|scalar)")
                        .param(
                                "kernel",
                                "ternary-int8",
                                "ternary-g128",
                                "binary-g128",
                                "binary-affine-g128",
                                "ternary-g128-int8",
                                "binary-g128-int8",
                                "binary-affine-g128-int8")
                        .build();
        Collection<RunResult> results = new Runner(options).run();
        var vector = new TreeMap<String, Double>();
        var scalar = new TreeMap<String, Double>();
        for (RunResult result : results) {
            var scores = result.getParams().getBenchmark().endsWith("vector") ? vector : scalar;
            // The best iteration: the others shared the machine.
            double score = result.getPrimaryResult().getStatistics().getMax();
            scores.put(result.getParams().getParam("kernel"), score);
        }
        report(vector, scalar);
    }

    private static void report(TreeMap<String, Double> vector, TreeMap<String, Double> scalar) {
        List<String> slow = new ArrayList<>();
        vector.forEach(
                (kernel, score) -> {
                    double factor = score / scalar.get(kernel);
                    String line =
                            "%s: %.1f Gweights/s, scalar %.2f, factor %.1f"
                                    .formatted(kernel, score, scalar.get(kernel), factor);
                    LOG.log(System.Logger.Level.INFO, line);
                    if (factor < LEAST_FACTOR) {
                        slow.add(line);
                    }
                });
        if (!slow.isEmpty()) {
            throw new IllegalStateException(
                    "slower than %.0f times their twins: %s".formatted(LEAST_FACTOR, slow));
        }
    }
}
