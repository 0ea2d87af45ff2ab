package dev.trilobit.model.file;

import static dev.trilobit.model.file.GgufCases.read;
import static dev.trilobit.model.file.GgufCases.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The number 42 stands for blocks of 64 weights, and in older files for blocks of 128. */
class GgufTypesTest {
    private static final int ID = 42;

    private static GgufBytes with(GgufBytes file, String name, GgmlType type, int cols, int rows) {
        return file.tensor(name, ID, new byte[(int) type.byteSize((long) rows * cols)], cols, rows);
    }

    @Test
    void sizesTellTheTypesApart() {
        var small = with(new GgufBytes(), "a", GgmlType.Q2_0, 256, 8);
        var large = with(new GgufBytes(), "a", GgmlType.Q2_0_G128, 256, 8);
        assertEquals(List.of(GgmlType.Q2_0), types(small));
        assertEquals(List.of(GgmlType.Q2_0_G128), types(large));
    }

    @Test
    void tensorTooSmallToTellFollowsTheOthers() {
        var small = with(new GgufBytes(), "tiny", GgmlType.Q2_0, 128, 1);
        with(small, "big", GgmlType.Q2_0, 256, 8);
        var large = with(new GgufBytes(), "tiny", GgmlType.Q2_0_G128, 128, 1);
        with(large, "big", GgmlType.Q2_0_G128, 256, 8);
        assertEquals(List.of(GgmlType.Q2_0, GgmlType.Q2_0), types(small));
        assertEquals(List.of(GgmlType.Q2_0_G128, GgmlType.Q2_0_G128), types(large));
    }

    @Test
    void tensorTooSmallToTellIsThatOfGgmlIfThereAreNoOthers() {
        var bytes = with(new GgufBytes(), "tiny", GgmlType.Q2_0_G128, 128, 1);
        assertEquals(List.of(GgmlType.Q2_0), types(bytes));
    }

    @Test
    void rowsOfOddGroupsCanOnlyBeThoseOfGgml() {
        var bytes = with(new GgufBytes(), "odd", GgmlType.Q2_0, 192, 64);
        assertEquals(List.of(GgmlType.Q2_0), types(bytes));
    }

    @Test
    void bytesBehindTheLastTensorDoNotMatter() {
        var bytes = with(new GgufBytes(), "a", GgmlType.Q2_0_G128, 256, 8);
        with(bytes, "b", GgmlType.Q2_0_G128, 256, 8).data(new byte[4096]);
        assertEquals(List.of(GgmlType.Q2_0_G128, GgmlType.Q2_0_G128), types(bytes));
    }

    @Test
    void sizeOfNeitherIsRefused() {
        refused(
                new GgufBytes()
                        .tensor("t", ID, new byte[640], 256, 8)
                        .tensor("u", 0, new byte[4], 1),
                "tensor t: entry at byte 24",
                "type 42",
                "expected 576 bytes in blocks of 64 weights, or 544 in those of 128",
                "got 640");
    }

    private static List<TensorType> types(GgufBytes file) {
        Map<String, StoredTensor> tensors = read(file).tensors();
        return tensors.values().stream().map(StoredTensor::type).toList();
    }
}
