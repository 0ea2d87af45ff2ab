package dev.trilobit.api.program;

/**
 * The result of one op: {@code width} f32 numbers for each token of a step. Assigned once.
 *
 * @param id number of the op that makes it, from 0
 * @param width elements a token
 */
public record Value(int id, int width) {
    public Value {
        if (id < 0 || width <= 0) {
            throw new IllegalArgumentException(
                    "value %d of width %d: id from 0, width from 1".formatted(id, width));
        }
    }

    @Override
    public String toString() {
        return "%" + id + "[" + width + "]";
    }
}
