package dev.trilobit.cli.bench;

import dev.trilobit.api.program.Op;
import dev.trilobit.api.program.Program;

/**
 * Multiplications of a token.
 *
 * @param linear of all linear layers
 * @param attentionPerPosition of queries with keys and of weights with values, for each position
 *     before
 */
record TokenWork(long linear, long attentionPerPosition) {
    static TokenWork of(Program program) {
        long linear = 0;
        long attention = 0;
        for (Op op : program.ops()) {
            if (op instanceof Op.Linear product) {
                linear += product.weight().shape().elements();
            } else if (op instanceof Op.Attend attend) {
                attention += 2L * attend.attention().queryWidth();
            }
        }
        return new TokenWork(linear, attention);
    }

    /** Returns the multiplications of the token at {@code position}. */
    double at(double position) {
        return linear + attentionPerPosition * position;
    }
}
