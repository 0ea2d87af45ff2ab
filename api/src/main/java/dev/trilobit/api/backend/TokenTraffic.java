package dev.trilobit.api.backend;

import dev.trilobit.api.program.Op;
import dev.trilobit.api.program.Program;
import dev.trilobit.api.program.WeightRef;

/**
 * Bytes that decoding one token reads. At position n of a session they are {@code weightBytes + n *
 * cacheBytesPerPosition}: the keys and values of the n positions before; its own were just written.
 *
 * @param weightBytes of weights as the backend holds them: of an embedding one row, every other
 *     matrix as often as ops use it
 * @param cacheBytesPerPosition of keys and values of one position, all attention ops together; 0
 *     without attention
 * @param cacheType how the cache holds a number, such as {@code f32}
 */
public record TokenTraffic(long weightBytes, long cacheBytesPerPosition, String cacheType) {
    public TokenTraffic {
        if (weightBytes < 0 || cacheBytesPerPosition < 0 || cacheType.isBlank()) {
            throw new IllegalArgumentException(
                    "traffic of %d bytes of weights and %d of cache '%s': expected numbers from 0 and a type"
                            .formatted(weightBytes, cacheBytesPerPosition, cacheType));
        }
    }

    /** Counts the weights as {@code program} has them, and a cache of f32. */
    public static TokenTraffic asStored(Program program) {
        long weights = 0;
        long cache = 0;
        for (Op op : program.ops()) {
            switch (op) {
                case Op.Embed embed ->
                        weights += bytes(embed.table()) / embed.table().shape().rows();
                case Op.Linear linear -> weights += bytes(linear.weight());
                case Op.RmsNorm norm -> weights += bytes(norm.gain());
                case Op.Attend attend -> cache += 2L * attend.attention().kvWidth() * Float.BYTES;
                case Op.Rope _, Op.Gate _, Op.Add _ -> {}
            }
        }
        return new TokenTraffic(weights, cache, "f32");
    }

    private static long bytes(WeightRef weight) {
        return weight.format().byteSize(weight.shape());
    }

    /**
     * Returns the bytes that the token at {@code position} reads, rounded.
     *
     * @param position from 0; the mean of several positions gives the mean of their bytes
     * @throws IllegalArgumentException if it is negative or not a number
     */
    public long bytesAt(double position) {
        if (!(position >= 0)) {
            throw new IllegalArgumentException(
                    "traffic at position %s: must be 0 or more".formatted(position));
        }
        return weightBytes + Math.round(position * cacheBytesPerPosition);
    }
}
