package dev.trilobit.model.layout;

import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.model.file.GgmlType;
import dev.trilobit.model.file.StoredTensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Locale;

/**
 * A tensor whose numbers were written by a program that is not ours; see record_layouts.py.
 *
 * @param source {@code ggml}, written by ggml's C functions, or {@code random}
 * @param name its files
 * @param type tensor type
 * @param shape extents
 */
record RecordedTensor(String source, String name, GgmlType type, MatrixShape shape) {
    /** What ggml quantized. */
    static RecordedTensor ggml(GgmlType type) {
        return of("ggml", type, new MatrixShape(8, 1024));
    }

    /** Random bytes. */
    static RecordedTensor random(GgmlType type) {
        return of("random", type, new MatrixShape(2, 1024));
    }

    /** Random codes of I2_S. */
    static RecordedTensor random(I2sLayout layout) {
        return new RecordedTensor(
                "random", "i2_s_" + layout.label(), GgmlType.I2_S, new MatrixShape(8, 256));
    }

    private static RecordedTensor of(String source, GgmlType type, MatrixShape shape) {
        return new RecordedTensor(source, type.name().toLowerCase(Locale.ROOT), type, shape);
    }

    /** Returns the tensor as a file has it. */
    byte[] bytes() {
        return read(name + ".bytes");
    }

    /** Returns it as it would come from a file. */
    StoredTensor stored(Arena arena) {
        return stored(type, shape, bytes(), arena);
    }

    /** Returns any bytes as they would come from a file. */
    static StoredTensor stored(GgmlType type, MatrixShape shape, byte[] bytes, Arena arena) {
        MemorySegment copy = arena.allocate(bytes.length);
        MemorySegment.copy(bytes, 0, copy, ValueLayout.JAVA_BYTE, 0, bytes.length);
        return new StoredTensor(
                "recorded.gguf",
                "t",
                type,
                List.of((long) shape.rows(), (long) shape.cols()),
                64,
                copy.asReadOnly());
    }

    /** Returns its numbers, row by row. */
    float[] values() {
        ByteBuffer bytes = ByteBuffer.wrap(read(name + ".f32")).order(ByteOrder.LITTLE_ENDIAN);
        var values = new float[bytes.remaining() / Float.BYTES];
        bytes.asFloatBuffer().get(values);
        return values;
    }

    private byte[] read(String file) {
        String path = "/layout/" + source + "/" + file;
        try (InputStream in = RecordedTensor.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new AssertionError("no resource " + path);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
