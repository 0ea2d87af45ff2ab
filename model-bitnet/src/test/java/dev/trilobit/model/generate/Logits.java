package dev.trilobit.model.generate;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Native scores for tests. */
final class Logits {
    private Logits() {}

    static MemorySegment of(float... scores) {
        return Arena.ofAuto().allocateFrom(ValueLayout.JAVA_FLOAT, scores);
    }

    static TokenSequence sequence(int... tokens) {
        var sequence = new TokenSequence();
        for (int token : tokens) {
            sequence.append(token);
        }
        return sequence;
    }
}
