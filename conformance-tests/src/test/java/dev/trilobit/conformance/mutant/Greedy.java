package dev.trilobit.conformance.mutant;

import dev.trilobit.api.backend.BackendException;
import dev.trilobit.api.backend.DecoderSession;
import dev.trilobit.api.backend.LogitRows;
import dev.trilobit.api.backend.TokenSink;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Greedy decoding with mistakes; the right one is the interface's own. */
final class Greedy {
    private Greedy() {}

    static boolean isFaulty(Faults faults) {
        return faults.has(Fault.GREEDY_TAKES_NAN)
                || faults.has(Fault.GREEDY_LARGEST_OF_TIES)
                || faults.has(Fault.GREEDY_IGNORES_STOP)
                || faults.has(Fault.GREEDY_APPENDS_LAST);
    }

    static int decode(DecoderSession session, int first, int count, TokenSink sink, Faults faults) {
        int[] token = {first};
        for (int n = 0; n < count; n++) {
            MemorySegment logits = session.forward(token, LogitRows.LAST);
            token[0] = argmax(logits, faults);
            if (!sink.accept(token[0]) && !faults.has(Fault.GREEDY_IGNORES_STOP)) {
                return n + 1;
            }
        }
        if (count > 0 && faults.has(Fault.GREEDY_APPENDS_LAST)) {
            session.forward(token, LogitRows.LAST);
        }
        return Math.max(count, 0);
    }

    private static int argmax(MemorySegment logits, Faults faults) {
        int best = 0;
        for (int i = 0; i < logits.byteSize() / Float.BYTES; i++) {
            float value = logits.getAtIndex(ValueLayout.JAVA_FLOAT, i);
            float most = logits.getAtIndex(ValueLayout.JAVA_FLOAT, best);
            if (Float.isNaN(value) && !faults.has(Fault.GREEDY_TAKES_NAN)) {
                throw new BackendException("scalar: the logit of token %d is NaN".formatted(i));
            }
            if (value > most || (value == most && faults.has(Fault.GREEDY_LARGEST_OF_TIES))) {
                best = i;
            }
        }
        return best;
    }
}
