package dev.trilobit.api.quant;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Reads {@code mlx.json} and {@code mlx.bin}; only what its recorder writes, not any JSON. */
final class MlxGoldens {
    private static final Pattern CASE =
            Pattern.compile(
                    "\"name\": \"b(\\d+)_g(\\d+)_(\\w+)\"(.*?)(?=\"name\"|$)", Pattern.DOTALL);
    private static final Pattern PART =
            Pattern.compile(
                    "\"(w|q|scales|biases|decoded)\": \\{[^}]*?\"type\": \"(\\w+)\",\\s*\"offset\": (\\d+)");
    private static final Pattern EXTENT = Pattern.compile("\"(rows|cols)\": (\\d+)");

    /**
     * What MLX was given, the weight as it packed it, and what it decoded from it in {@code type},
     * row-major.
     */
    record Case(String name, FloatType type, Weight source, Weight weight, List<Float> decoded) {
        @Override
        public String toString() {
            return name;
        }
    }

    private record Part(FloatType type, int offset) {}

    private MlxGoldens() {}

    /** Reads the cases committed beside the tests. */
    static List<Case> committed() {
        try (InputStream json = resource("mlx.json");
                InputStream bin = resource("mlx.bin")) {
            return parse(
                    new String(json.readAllBytes(), StandardCharsets.UTF_8), bin.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InputStream resource(String name) {
        InputStream stream = MlxGoldens.class.getResourceAsStream("/goldens/mlx/" + name);
        if (stream == null) {
            throw new IllegalStateException("no test resource " + name);
        }
        return stream;
    }

    /** Reads the cases of a folder. */
    static List<Case> folder(Path folder) {
        try {
            return parse(
                    Files.readString(folder.resolve("mlx.json")),
                    Files.readAllBytes(folder.resolve("mlx.bin")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Case> parse(String json, byte[] blob) {
        MemorySegment bin = MemorySegment.ofArray(blob);
        var cases = new ArrayList<Case>();
        CASE.matcher(json).results().forEach(found -> cases.add(read(found, bin)));
        return cases;
    }

    private static Case read(MatchResult found, MemorySegment bin) {
        int bits = Integer.parseInt(found.group(1));
        int group = Integer.parseInt(found.group(2));
        FloatType type = type(found.group(3));
        Map<String, Integer> extents = new HashMap<>();
        EXTENT.matcher(found.group(4))
                .results()
                .forEach(m -> extents.put(m.group(1), Integer.valueOf(m.group(2))));
        Map<String, Part> parts = new HashMap<>();
        PART.matcher(found.group(4))
                .results()
                .forEach(
                        m ->
                                parts.put(
                                        m.group(1),
                                        new Part(type(m.group(2)), Integer.parseInt(m.group(3)))));
        var shape = new MatrixShape(required(extents, "rows"), required(extents, "cols"));
        WeightFormat format =
                bits == 1
                        ? new Binary(group, Binary.Mode.AFFINE, type)
                        : new Affine(bits, group, type);
        List<Plane> planes = format.planes(shape);
        int elements = (int) shape.elements();
        int groups = shape.rows() * (shape.cols() / group);
        MemorySegment codes = bin.asSlice(required(parts, "q").offset(), planes.get(0).byteSize());
        Weight weight =
                new Weight(
                        "w",
                        shape,
                        format,
                        List.of(
                                codes,
                                plane(type, numbers(bin, required(parts, "scales"), groups)),
                                plane(type, numbers(bin, required(parts, "biases"), groups))));
        String name = "b%d_g%d_%s".formatted(bits, group, found.group(3));
        MemorySegment w = plane(type, numbers(bin, required(parts, "w"), elements));
        var source = new Weight("w", shape, new Dense(type), List.of(w));
        return new Case(
                name, type, source, weight, numbers(bin, required(parts, "decoded"), elements));
    }

    private static <V> V required(Map<String, V> map, String key) {
        V value = map.get(key);
        if (value == null) {
            throw new IllegalStateException("the index lacks " + key);
        }
        return value;
    }

    private static FloatType type(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "float16" -> FloatType.F16;
            case "bfloat16" -> FloatType.BF16;
            default -> FloatType.F32;
        };
    }

    private static List<Float> numbers(MemorySegment bin, Part part, int count) {
        MemorySegment slice = bin.asSlice(part.offset(), (long) count * part.type().byteSize());
        var numbers = new ArrayList<Float>(count);
        for (int i = 0; i < count; i++) {
            numbers.add(part.type().get(slice, i));
        }
        return numbers;
    }

    private static MemorySegment plane(FloatType type, List<Float> numbers) {
        MemorySegment plane = MemorySegment.ofArray(new byte[numbers.size() * type.byteSize()]);
        for (int i = 0; i < numbers.size(); i++) {
            type.set(plane, i, numbers.get(i));
        }
        return plane;
    }
}
