package dev.trilobit.conformance.gguf;

import dev.trilobit.api.backend.CompileOptions;
import dev.trilobit.api.backend.LogitRows;
import dev.trilobit.conformance.contract.Subject;
import dev.trilobit.conformance.metric.LogitCursor;
import dev.trilobit.conformance.oracle.ReferenceDecoder;
import dev.trilobit.model.arch.DecoderModel;
import java.lang.foreign.ValueLayout;

/** The logits of all tokens of a sequence, in one array. */
final class ModelLogits {
    private ModelLogits() {}

    /** Computes in float64. */
    static double[] exact(DecoderModel model, int[] tokens) {
        int width = model.program().logits().width();
        var logits = new double[tokens.length * width];
        try (LogitCursor cursor =
                new ReferenceDecoder(model.program(), model.weights()).open(tokens)) {
            for (int t = 0; t < tokens.length; t++) {
                System.arraycopy(cursor.next(), 0, logits, t * width, width);
            }
        }
        return logits;
    }

    /** Computes on the CPU, in one step. */
    static float[] onCpu(DecoderModel model, int[] tokens) {
        try (var backend = Subject.named("cpu-vector").provider().open();
                var program =
                        backend.compile(
                                model.program(),
                                model.weights(),
                                CompileOptions.forContext(tokens.length));
                var session = program.newSession()) {
            return session.forward(tokens, LogitRows.ALL).toArray(ValueLayout.JAVA_FLOAT);
        }
    }
}
