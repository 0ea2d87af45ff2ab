package dev.trilobit.api.program;

/**
 * Causal grouped-query attention. Query head h reads key and value head {@code h / (heads /
 * kvHeads)}.
 *
 * @param heads query heads
 * @param kvHeads key and value heads; divides {@code heads}
 * @param headDim elements of a head
 * @param scale factor on query times key, usually {@code 1 / sqrt(headDim)}
 */
public record AttentionSpec(int heads, int kvHeads, int headDim, float scale) {
    public AttentionSpec {
        if (heads <= 0 || kvHeads <= 0 || headDim <= 0 || heads % kvHeads != 0) {
            throw new IllegalArgumentException(
                    "attention of %d heads over %d key-value heads of %d: counts must be positive and divide"
                            .formatted(heads, kvHeads, headDim));
        }
        if (!(scale > 0) || Float.isInfinite(scale)) {
            throw new IllegalArgumentException("attention scale must be positive, got " + scale);
        }
    }

    /** Returns the elements of a token's queries. */
    public int queryWidth() {
        return heads * headDim;
    }

    /** Returns the elements of a token's keys, and of its values. */
    public int kvWidth() {
        return kvHeads * headDim;
    }
}
