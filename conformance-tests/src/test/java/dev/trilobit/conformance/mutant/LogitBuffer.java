package dev.trilobit.conformance.mutant;

import java.lang.foreign.MemorySegment;

/** Logits as the caller sees them; grows to the largest step. */
final class LogitBuffer {
    private float[] logits = {};

    /** Copies {@code count} elements and returns them, valid until the next call. */
    MemorySegment fill(float[] from, int start, int count) {
        if (logits.length < count) {
            logits = new float[count];
        }
        System.arraycopy(from, start, logits, 0, count);
        return MemorySegment.ofArray(logits).asSlice(0, (long) count * Float.BYTES);
    }
}
