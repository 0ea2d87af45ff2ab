package dev.trilobit.conformance.cpu;

import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.Binary;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.Plane;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.api.quant.WeightFormat;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Products that MLX made of weights it packed, in f32: 13 rows of 384 columns with one and with
 * five rows of activations. A file has, one after the other: codes, scales, biases, x1, y1, x5, y5.
 */
final class MlxProducts {
    private static final int ROWS = 13;
    private static final int COLS = 384;
    private static final int[] WIDTHS = {1, 2, 3, 4, 5, 6, 8};
    private static final Pattern CASE =
            Pattern.compile(
                    "\"name\": \"b(\\d+)_g(\\d+)_float32\"(.*?\"y5\".*?\\})", Pattern.DOTALL);

    private MlxProducts() {}

    /** A product: activations [n, 384], the weight, and what MLX made of them [n, 13]. */
    record Case(Weight activations, Weight weight, Weight products) {
        @Override
        public String toString() {
            return weight.format().label() + ", " + activations.shape().rows();
        }
    }

    /** Reads the cases committed beside the tests: every width in groups of 64. */
    static List<Case> committed() {
        var cases = new ArrayList<Case>();
        for (int bits : WIDTHS) {
            String name = "/goldens/mlx-products/b" + bits + ".bin";
            try (InputStream stream = MlxProducts.class.getResourceAsStream(name)) {
                if (stream == null) {
                    throw new IllegalStateException("no test resource " + name);
                }
                var reader = new Reader(stream.readAllBytes(), 0);
                cases.addAll(read(bits, 64, reader));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return cases;
    }

    /** Reads all cases of a folder that were recorded in f32. */
    static List<Case> folder(Path folder) throws IOException {
        byte[] bin = Files.readAllBytes(folder.resolve("mlx.bin"));
        var cases = new ArrayList<Case>();
        Matcher found = CASE.matcher(Files.readString(folder.resolve("mlx.json")));
        while (found.find()) {
            String parts = found.group(3);
            int bits = Integer.parseInt(found.group(1));
            int group = Integer.parseInt(found.group(2));
            // The same parts, with what was packed and what was decoded before and between them.
            var reader = new Reader(bin, offset(parts, "q"));
            Weight weight = weight(bits, group, reader);
            reader.at = offset(parts, "x1");
            cases.addAll(products(weight, reader));
        }
        return cases;
    }

    private static int offset(String parts, String name) {
        Matcher found =
                Pattern.compile("\"" + name + "\": \\{.*?\"offset\": (\\d+)", Pattern.DOTALL)
                        .matcher(parts);
        if (!found.find()) {
            throw new IllegalStateException("the index lacks " + name);
        }
        return Integer.parseInt(found.group(1));
    }

    private static List<Case> read(int bits, int group, Reader reader) {
        return products(weight(bits, group, reader), reader);
    }

    private static Weight weight(int bits, int group, Reader reader) {
        WeightFormat format =
                bits == 1
                        ? new Binary(group, Binary.Mode.AFFINE, FloatType.F32)
                        : new Affine(bits, group, FloatType.F32);
        return reader.next("weight", new MatrixShape(ROWS, COLS), format);
    }

    private static List<Case> products(Weight weight, Reader reader) {
        var cases = new ArrayList<Case>();
        for (int n : new int[] {1, 5}) {
            var dense = new Dense(FloatType.F32);
            Weight x = reader.next("x", new MatrixShape(n, COLS), dense);
            cases.add(new Case(x, weight, reader.next("y", new MatrixShape(n, ROWS), dense)));
        }
        return cases;
    }

    /** Cuts weights out of bytes. */
    private static final class Reader {
        private final byte[] bytes;
        private int at;

        Reader(byte[] bytes, int at) {
            this.bytes = bytes;
            this.at = at;
        }

        Weight next(String name, MatrixShape shape, WeightFormat format) {
            var planes = new ArrayList<MemorySegment>();
            for (Plane plane : format.planes(shape)) {
                MemorySegment segment = Arena.ofAuto().allocate(plane.byteSize(), Long.BYTES);
                MemorySegment.copy(MemorySegment.ofArray(bytes), at, segment, 0, plane.byteSize());
                planes.add(segment);
                at += (int) plane.byteSize();
            }
            return new Weight(name, shape, format, planes);
        }
    }
}
