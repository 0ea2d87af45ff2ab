package dev.trilobit.conformance.mutant;

import dev.trilobit.api.program.AttentionSpec;
import dev.trilobit.api.program.GateActivation;
import dev.trilobit.api.program.RopeScaling;
import dev.trilobit.api.program.RopeSpec;
import java.util.Arrays;

/** The ops on one token, in float32. Inputs and results lie in one array, from their starts on. */
final class ScalarOps {
    private static final float LEAST_MAGNITUDE = 1e-5f;

    private final float[] memory;
    private final Faults faults;

    ScalarOps(float[] memory, Faults faults) {
        this.memory = memory;
        this.faults = faults;
    }

    /** Writes int8 codes to {@code codes} from {@code at} on; returns the factor they carry. */
    float roundToInt8(int in, int width, float[] codes, int at) {
        float floor = faults.has(Fault.INT8_WITHOUT_FLOOR) ? 0 : LEAST_MAGNITUDE;
        float factor = 127 / Math.max(largest(in, width), floor);
        round(in, width, factor, codes, at);
        return factor;
    }

    float largest(int in, int width) {
        float largest = 0;
        for (int i = 0; i < width; i++) {
            largest = Math.max(largest, Math.abs(memory[in + i]));
        }
        return largest;
    }

    /** Writes the nearest whole numbers of the products with {@code factor}. */
    void round(int in, int width, float factor, float[] codes, int at) {
        for (int i = 0; i < width; i++) {
            codes[at + i] = Math.clamp(round(memory[in + i] * factor), -128f, 127f);
        }
    }

    private float round(float scaled) {
        if (faults.has(Fault.INT8_ROUNDED_HALF_UP)) {
            return (float) Math.floor(scaled + 0.5);
        }
        if (faults.has(Fault.INT8_TRUNCATED)) {
            return scaled < 0 ? (float) Math.ceil(scaled) : (float) Math.floor(scaled);
        }
        return (float) Math.rint(scaled);
    }

    void norm(int in, int out, int width, Matrix gain, float epsilon) {
        int length = gain.cols();
        float added = faults.has(Fault.NORM_WITHOUT_EPSILON) ? 0 : epsilon;
        for (int start = 0; start < width; start += length) {
            float mean =
                    faults.has(Fault.NORM_OVER_WHOLE_WIDTH)
                            ? meanSquare(in, width)
                            : meanSquare(in + start, length);
            float root = (float) Math.sqrt(mean + added);
            for (int i = 0; i < length; i++) {
                memory[out + start + i] = memory[in + start + i] / root * gain.unit(0, i);
            }
        }
    }

    private float meanSquare(int in, int length) {
        double squares = 0;
        for (int i = 0; i < length; i++) {
            squares += (double) memory[in + i] * memory[in + i];
        }
        return (float) (squares / length);
    }

    void rope(int in, int out, int width, RopeSpec rope, int position) {
        RopeSpec used =
                faults.has(Fault.ROPE_SCALING_IGNORED)
                        ? new RopeSpec(rope.headDim(), rope.theta(), new RopeScaling.None())
                        : rope;
        double magnitude = faults.has(Fault.ROPE_MAGNITUDE_IGNORED) ? 1 : rope.magnitude();
        int half = rope.headDim() / 2;
        boolean interleaved = faults.has(Fault.ROPE_INTERLEAVED);
        for (int i = 0; i < half; i++) {
            double angle = position * used.frequency(i);
            float cos = (float) (magnitude * Math.cos(angle));
            float sin = (float) (magnitude * Math.sin(angle));
            int one = interleaved ? 2 * i : i;
            int other = interleaved ? 2 * i + 1 : i + half;
            for (int head = 0; head < width; head += rope.headDim()) {
                float first = memory[in + head + one];
                float second = memory[in + head + other];
                memory[out + head + one] = first * cos - second * sin;
                memory[out + head + other] = second * cos + first * sin;
            }
        }
    }

    /** Attends over the first {@code visible} positions of a cache. */
    void attend(int queries, int out, AttentionSpec spec, KeyValueCache cache, int visible) {
        var shares = new float[visible];
        int dim = spec.headDim();
        for (int head = 0; head < spec.heads(); head++) {
            int kvHead =
                    faults.has(Fault.HEADS_MAPPED_MODULO)
                            ? head % spec.kvHeads()
                            : head / (spec.heads() / spec.kvHeads());
            int kv = kvHead * dim;
            int q = queries + head * dim;
            for (int p = 0; p < visible; p++) {
                shares[p] = spec.scale() * cache.score(p, kv, memory, q, dim);
            }
            softmax(shares);
            Arrays.fill(memory, out + head * dim, out + (head + 1) * dim, 0);
            for (int p = 0; p < visible; p++) {
                cache.addValue(p, kv, shares[p], memory, out + head * dim, dim);
            }
        }
    }

    private static void softmax(float[] scores) {
        float largest = Float.NEGATIVE_INFINITY;
        for (float score : scores) {
            largest = Math.max(largest, score);
        }
        float sum = 0;
        for (int i = 0; i < scores.length; i++) {
            scores[i] = (float) Math.exp(scores[i] - largest);
            sum += scores[i];
        }
        for (int i = 0; i < scores.length; i++) {
            scores[i] /= sum;
        }
    }

    void gate(int gate, int up, int out, int width, GateActivation activation) {
        boolean swapped = faults.has(Fault.GATE_AND_UP_SWAPPED);
        for (int i = 0; i < width; i++) {
            float x = memory[(swapped ? up : gate) + i];
            float y = memory[(swapped ? gate : up) + i];
            memory[out + i] = opened(activation, x) * y;
        }
    }

    private float opened(GateActivation activation, float x) {
        return switch (activation) {
            case SILU -> faults.has(Fault.RELU_SQUARED_FOR_SILU) ? reluSquared(x) : silu(x);
            case RELU_SQUARED -> faults.has(Fault.SILU_FOR_RELU_SQUARED) ? silu(x) : reluSquared(x);
        };
    }

    private static float silu(float x) {
        return (float) (x / (1 + Math.exp(-x)));
    }

    private static float reluSquared(float x) {
        float positive = Math.max(x, 0);
        return positive * positive;
    }

    void add(int left, int right, int out, int width) {
        for (int i = 0; i < width; i++) {
            memory[out + i] = memory[left + i] + memory[right + i];
        }
    }

    void copy(int in, int out, int width) {
        System.arraycopy(memory, in, memory, out, width);
    }
}
