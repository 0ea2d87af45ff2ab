package dev.trilobit.backend.cpu;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Shares ternary matrices that no cache holds among all cores while other processes keep one core,
 * and then all cores, busy; fails if the median of that is slower than half of what one thread did
 * alone.
 *
 * <p>{@code java --add-modules jdk.incubator.vector -cp bench/target/benchmarks.jar
 * dev.trilobit.backend.cpu.BusyNeighbourCheck}
 */
public final class BusyNeighbourCheck {
    private static final System.Logger LOG = System.getLogger(BusyNeighbourCheck.class.getName());
    private static final int SIZE = 2560;
    private static final int MATRICES = 64;
    private static final int WARM_UPS = 40;
    private static final int REPEATS = 41;
    private static final double LEAST_SHARE = 0.5;

    private final PackedMatrix[] matrices = new PackedMatrix[MATRICES];
    private final ActivationTile tile;
    private final float[] y = new float[SIZE];

    private BusyNeighbourCheck(Arena arena) {
        MatVecCase matVec = MatVecCase.of("ternary-int8", SIZE, SIZE, arena);
        for (int i = 0; i < MATRICES; i++) {
            matrices[i] = PackedMatrices.pack(matVec.weight(), matVec.quant(), arena);
        }
        tile = matrices[0].tileLayout().newTile();
        tile.load(matVec.activations(), 0, SIZE, 1);
    }

    /**
     * Runs the check; {@code spin} as the only argument makes this process a busy neighbour.
     *
     * @throws IllegalStateException if busy neighbours cost too much
     */
    public static void main(String[] args) throws IOException {
        if (args.length == 1 && args[0].equals("spin")) {
            spin();
        }
        int cores = Runtime.getRuntime().availableProcessors();
        try (Arena arena = Arena.ofShared()) {
            var check = new BusyNeighbourCheck(arena);
            double single = check.median("one thread alone", 1, 0);
            check.median("all threads alone", cores, 0);
            for (int neighbours : new int[] {1, cores}) {
                double busy =
                        check.median(
                                "all threads and %d busy processes".formatted(neighbours),
                                cores,
                                neighbours);
                if (busy * LEAST_SHARE > single) {
                    throw new IllegalStateException(
                            "%d busy processes: %.2f ms, one thread alone took %.2f"
                                    .formatted(neighbours, busy, single));
                }
            }
        }
    }

    private static void spin() {
        while (true) {
            Thread.onSpinWait();
        }
    }

    /** Milliseconds for all matrices. */
    private double median(String what, int threads, int neighbours) throws IOException {
        List<Process> started = new ArrayList<>();
        try (var pool = new RowPool(threads)) {
            for (int i = 0; i < neighbours; i++) {
                started.add(neighbour());
            }
            double[] millis = new double[REPEATS];
            for (int i = -WARM_UPS; i < REPEATS; i++) {
                long start = System.nanoTime();
                multiplyAll(pool);
                millis[Math.max(i, 0)] = (System.nanoTime() - start) * 1e-6;
            }
            Arrays.sort(millis);
            LOG.log(
                    System.Logger.Level.INFO,
                    "{0}: {1} ms, worst {2}",
                    what,
                    "%.2f".formatted(millis[REPEATS / 2]),
                    "%.2f".formatted(millis[REPEATS - 1]));
            return millis[REPEATS / 2];
        } finally {
            started.forEach(process -> process.destroyForcibly().onExit().join());
        }
    }

    private void multiplyAll(RowPool pool) {
        for (PackedMatrix matrix : matrices) {
            int run = matrix.blocksPerRun();
            int blocks = Math.ceilDiv(SIZE, matrix.rowsPerBlock());
            pool.run(
                    (from, to, _) ->
                            matrix.multiply(
                                    tile, from * run, Math.min(to * run, blocks), y, 0, SIZE),
                    Math.ceilDiv(blocks, run),
                    Math.ceilDiv(matrix.blocksInOneGo(1), run));
        }
    }

    private static Process neighbour() throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return new ProcessBuilder(
                        java,
                        "-Xmx32m",
                        "--add-modules=jdk.incubator.vector",
                        "-cp",
                        System.getProperty("java.class.path"),
                        BusyNeighbourCheck.class.getName(),
                        "spin")
                .inheritIO()
                .start();
    }
}
