package dev.trilobit.backend.cpu;

import dev.trilobit.api.quant.FloatType;
import java.lang.foreign.MemorySegment;

/** The scales or the biases of a weight, [rows, groups], wherever they lie. */
sealed interface GroupNumbers permits BlockNumbers, GroupNumbers.InPlane {
    /** The narrowest type that holds all of them. */
    FloatType type();

    /** The plane they lie in. */
    MemorySegment plane();

    /** Number of a group of a row. */
    float at(int row, int group);

    /** Numbers that lie in a plane of their own. */
    record InPlane(MemorySegment plane, FloatType type, int groups) implements GroupNumbers {
        @Override
        public float at(int row, int group) {
            return type.get(plane, (long) row * groups + group);
        }
    }
}
