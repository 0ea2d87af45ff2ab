package dev.trilobit.model.layout;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.ReferenceCodec;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.model.file.GgufFile;
import dev.trilobit.model.file.GgufMetadata;
import dev.trilobit.model.file.MemoryFolder;
import dev.trilobit.model.file.StoredTensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that the Python package of llama.cpp's project wrote; see record_gguf.py. */
class WrittenGgufTest {
    private static final List<String> PARTS =
            List.of(
                    "split-00001-of-00003.gguf",
                    "split-00002-of-00003.gguf",
                    "split-00003-of-00003.gguf");

    @Test
    void keysOfEveryTypeAreRead() {
        try (var folder = whole()) {
            GgufMetadata keys = GgufFile.find(folder).orElseThrow().metadata();
            assertAll(
                    () -> assertEquals("test", keys.string("general.architecture").orElseThrow()),
                    () -> assertEquals("Grüße", keys.string("text").orElseThrow()),
                    () -> assertTrue(keys.flag("flag").orElseThrow()),
                    () -> assertEquals(255, keys.integer("uint8").orElseThrow()),
                    () -> assertEquals(-128, keys.integer("int8").orElseThrow()),
                    () -> assertEquals(65535, keys.integer("uint16").orElseThrow()),
                    () -> assertEquals(-32768, keys.integer("int16").orElseThrow()),
                    () -> assertEquals(4294967295L, keys.integer("uint32").orElseThrow()),
                    () -> assertEquals(Integer.MIN_VALUE, keys.integer("int32").orElseThrow()),
                    () -> assertEquals(Long.MAX_VALUE, keys.integer("uint64").orElseThrow()),
                    () -> assertEquals(Long.MIN_VALUE, keys.integer("int64").orElseThrow()),
                    () -> assertEquals(0.1f, keys.number("float32").orElseThrow()),
                    () -> assertEquals(0.1, keys.number("float64").orElseThrow()),
                    () -> assertEquals(List.of("a", "", "ß"), keys.strings("strings")),
                    () -> assertArrayEquals(new int[] {1, -2, 3}, keys.integers("integers")),
                    () -> assertArrayEquals(new float[] {0.5f, -2}, keys.numbers("numbers")),
                    () -> assertArrayEquals(new int[] {1, 0}, keys.integers("flags")));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"q8_0", "tq1_0", "tq2_0"})
    void tensorsAreReadAsThePackageReadsThem(String name) {
        try (var whole = whole();
                var split = split()) {
            float[] expected = floats(name + ".f32");
            assertArrayEquals(expected, numbers(whole, name));
            assertArrayEquals(expected, numbers(split, name));
        }
    }

    @Test
    void plainTensorsAreRead() {
        try (var folder = split()) {
            float[] numbers = numbers(folder, "plain");
            assertEquals(18, numbers.length);
            for (int i = 0; i < numbers.length; i++) {
                assertEquals(i, numbers[i]);
            }
        }
    }

    private static float[] numbers(MemoryFolder folder, String name) {
        StoredTensor tensor = GgufFile.find(folder).orElseThrow().tensors().get(name);
        if (tensor == null) {
            throw new AssertionError("no tensor " + name);
        }
        var shape =
                new MatrixShape(
                        Math.toIntExact(tensor.shape().get(0)),
                        Math.toIntExact(tensor.shape().get(1)));
        var layout = new GgmlLayout(I2sLayout.A);
        try (Arena arena = Arena.ofConfined()) {
            var weight =
                    new Weight(
                            name,
                            shape,
                            layout.format(tensor),
                            layout.decode(tensor, shape, arena));
            var numbers = new float[Math.toIntExact(shape.elements())];
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] =
                        (float) ReferenceCodec.decode(weight, i / shape.cols(), i % shape.cols());
            }
            return numbers;
        }
    }

    private static MemoryFolder whole() {
        return new MemoryFolder().with("whole.gguf", read("whole.gguf"));
    }

    private static MemoryFolder split() {
        var folder = new MemoryFolder();
        PARTS.forEach(part -> folder.with(part, read(part)));
        return folder;
    }

    private static float[] floats(String file) {
        ByteBuffer bytes = ByteBuffer.wrap(read(file)).order(ByteOrder.LITTLE_ENDIAN);
        var values = new float[bytes.remaining() / Float.BYTES];
        bytes.asFloatBuffer().get(values);
        return values;
    }

    private static byte[] read(String file) {
        try (InputStream in = WrittenGgufTest.class.getResourceAsStream("/file/" + file)) {
            if (in == null) {
                throw new AssertionError("no resource " + file);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
