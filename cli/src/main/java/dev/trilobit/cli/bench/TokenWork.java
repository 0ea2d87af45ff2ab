package dev.trilobit.cli.bench;

import dev.trilobit.api.program.Op;
import dev.trilobit.api.program.Program;

/**
 * Multiplications of a token.
 *
 * @param layers of all linear layers but the head
 * @param head of a row of logits
 * @param attentionPerPosition of queries with keys and of weights with values, for each position
 *     before
 */
record TokenWork(long layers, long head, long attentionPerPosition) {
    static TokenWork of(Program program) {
        long layers = 0;
        long head = 0;
        long attention = 0;
        for (Op op : program.ops()) {
            if (op instanceof Op.Linear product) {
                long weights = product.weight().shape().elements();
                if (product.out().equals(program.logits())) {
                    head += weights;
                } else {
                    layers += weights;
                }
            } else if (op instanceof Op.Attend attend) {
                attention += 2L * attend.attention().queryWidth();
            }
        }
        return new TokenWork(layers, head, attention);
    }

    /**
     * Returns the multiplications of one repetition; the head counts for the rows that there are.
     */
    double of(TokenTest test, int promptTokens) {
        return test.appended() * (layers + attentionPerPosition * test.middle())
                + (double) head * test.rows(promptTokens);
    }
}
