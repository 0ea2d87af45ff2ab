package dev.trilobit.api.quant;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Files committed beside the tests, as weights. */
final class Goldens {
    private Goldens() {}

    /** Reads a file under {@code goldens}. */
    static byte[] bytes(String name) {
        try (InputStream stream = Goldens.class.getResourceAsStream("/goldens/" + name)) {
            if (stream == null) {
                throw new IllegalStateException("no test resource " + name);
            }
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads little-endian floats of a file under {@code goldens}. */
    static float[] floats(String name) {
        return floats(bytes(name));
    }

    /** Reads little-endian floats. */
    static float[] floats(byte[] bytes) {
        float[] floats = new float[bytes.length / Float.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(floats);
        return floats;
    }

    /** Makes a weight of one plane, in the heap. */
    static Weight weight(MatrixShape shape, WeightFormat format, byte[] plane) {
        return new Weight("w", shape, format, List.of(MemorySegment.ofArray(plane)));
    }
}
