package dev.trilobit.cli.bench.kernels;

import dev.trilobit.api.backend.CompiledProgram;
import dev.trilobit.api.backend.DecoderSession;
import dev.trilobit.api.backend.LogitRows;
import dev.trilobit.cli.bench.measure.Samples;
import java.util.ArrayList;
import java.util.stream.IntStream;

/**
 * Times multiplications of a compiled program. A sample is the mean of as many as take {@code
 * sampleSeconds}, one at least.
 *
 * @param samples how many
 * @param sampleSeconds of each
 * @param warmUpSeconds of a window of multiplications that do not count; there are several
 */
record KernelTimer(int samples, double sampleSeconds, double warmUpSeconds) {
    private static final int LEAST_WINDOWS = 3;
    private static final int MOST_WINDOWS = 30;

    /** A window in which nothing was faster than this share of the one before ends warming up. */
    private static final double STEADY = 0.9;

    /**
     * Times {@code tokens} rows at once; the result is the seconds of one multiplication.
     *
     * @param copies that a step of the program multiplies with
     */
    Samples time(CompiledProgram program, int tokens, int copies) {
        int[] ids = IntStream.range(0, tokens).map(t -> t % KernelProgram.ROWS).toArray();
        try (DecoderSession session = program.newSession()) {
            double once = warm(session, ids);
            int count = (int) Math.clamp(Math.ceil(sampleSeconds / once), 1, 1_000_000);
            var seconds = new ArrayList<Double>();
            for (int n = 0; n < samples; n++) {
                seconds.add(run(session, ids, count) / count / copies);
            }
            return new Samples(seconds);
        }
    }

    /**
     * Multiplies until it gets no faster: the first multiplications are interpreted, and the best
     * code comes last.
     *
     * @return seconds of one multiplication, the fastest seen
     */
    private double warm(DecoderSession session, int[] ids) {
        double before = fastest(session, ids);
        for (int window = 1; window < MOST_WINDOWS; window++) {
            double now = fastest(session, ids);
            if (window >= LEAST_WINDOWS && now > STEADY * before) {
                return Math.min(now, before);
            }
            before = Math.min(now, before);
        }
        return before;
    }

    private double fastest(DecoderSession session, int[] ids) {
        double fastest = Double.POSITIVE_INFINITY;
        for (double spent = 0; spent < warmUpSeconds; ) {
            double once = run(session, ids, 1);
            spent += once;
            fastest = Math.min(fastest, once);
        }
        return fastest;
    }

    private static double run(DecoderSession session, int[] ids, int count) {
        long start = System.nanoTime();
        for (int n = 0; n < count; n++) {
            session.truncate(0);
            session.forward(ids, LogitRows.ALL);
        }
        return (System.nanoTime() - start) / 1e9;
    }
}
