package dev.trilobit.api.quant;

import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Weights made of bytes that are written out in hexadecimal. */
final class PackedBytes {
    private PackedBytes() {}

    /** Returns a weight with the planes written in {@code hex}; spaces are for the reader. */
    static Weight weight(WeightFormat format, int rows, int cols, String... hex) {
        List<MemorySegment> planes = Stream.of(hex).map(PackedBytes::plane).toList();
        return new Weight("w", new MatrixShape(rows, cols), format, planes);
    }

    static MemorySegment plane(String hex) {
        String digits = hex.replace(" ", "").toLowerCase(Locale.ROOT);
        return MemorySegment.ofArray(HexFormat.of().parseHex(digits));
    }
}
