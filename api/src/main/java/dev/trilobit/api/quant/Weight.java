package dev.trilobit.api.quant;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A weight matrix: its planes as they lie in a mapped file or in native memory.
 *
 * <p>The segments are not copied and not owned: those that lie in a file stay valid as long as the
 * {@link WeightSource} they came from is open, those that were decoded as long as the arena they
 * were decoded into. Readers never write to them. A plane that is mapped and read-only shows an
 * unmodified file: its pages may be given back and read anew.
 *
 * @param name tensor name, for messages
 * @param shape extents in elements
 * @param format how the planes hold the numbers
 * @param planes one segment for each of {@code format.planes(shape)}, of exactly that size
 */
public record Weight(
        String name, MatrixShape shape, WeightFormat format, List<MemorySegment> planes) {
    public Weight {
        planes = List.copyOf(planes);
        List<Plane> expected = format.planes(shape);
        if (planes.size() != expected.size()) {
            throw new IllegalArgumentException(
                    "%s: %s %s has planes %s, got %d segments"
                            .formatted(name, format.label(), shape, expected, planes.size()));
        }
        for (int i = 0; i < planes.size(); i++) {
            if (planes.get(i).byteSize() != expected.get(i).byteSize()) {
                throw new IllegalArgumentException(
                        "%s: %s of %s %s must have %d bytes, got %d"
                                .formatted(
                                        name,
                                        expected.get(i).name(),
                                        format.label(),
                                        shape,
                                        expected.get(i).byteSize(),
                                        planes.get(i).byteSize()));
            }
        }
    }

    /** Returns the plane of values or codes. */
    public MemorySegment codes() {
        return planes.get(0);
    }

    /**
     * Returns the plane of scales.
     *
     * @throws IndexOutOfBoundsException if the format is {@link Dense}
     */
    public MemorySegment scales() {
        return planes.get(1);
    }

    /**
     * Returns the plane of biases.
     *
     * @throws IndexOutOfBoundsException if the format has none
     */
    public MemorySegment biases() {
        return planes.get(2);
    }

    /** Returns the bytes of all planes. */
    public long byteSize() {
        return format.byteSize(shape);
    }
}
