package dev.trilobit.api.quant;

/**
 * One of the byte ranges that hold a weight: its codes, its scales or its biases.
 *
 * @param name for messages: {@code values}, {@code codes}, {@code scales} or {@code biases}
 * @param byteSize exact length, positive
 */
public record Plane(String name, long byteSize) {
    public Plane {
        // The product of two int extents and an element size passes 2^63 only to the negative side.
        if (byteSize <= 0) {
            throw new IllegalArgumentException(
                    "plane %s of %d bytes: too large or not positive".formatted(name, byteSize));
        }
    }
}
