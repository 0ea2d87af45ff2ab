package dev.trilobit.model.text;

import java.util.Arrays;

/** A growing list of ints without boxes. */
final class IntList {
    private int[] values = new int[32];
    private int size;

    void add(int value) {
        grow(1);
        values[size++] = value;
    }

    void addAll(int[] more) {
        grow(more.length);
        System.arraycopy(more, 0, values, size, more.length);
        size += more.length;
    }

    int[] toArray() {
        return Arrays.copyOf(values, size);
    }

    private void grow(int by) {
        if (size + by > values.length) {
            values = Arrays.copyOf(values, Math.max(size + by, 2 * values.length));
        }
    }
}
