package dev.trilobit.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is stored as a key or a value comes back through a query or a weight of 1 in one place. */
class KvCodecTest implements AtEachWidth {
    private static final int POSITIONS = 3 * KvLayout.TILE;
    private static final int HEADS = 2;

    /** Keys and values of one cache that has a page. */
    private record Kept(KvCache cache) {
        static Kept of(KvType type, int headDim, Arena arena) {
            var layout = new KvLayout(type.codec(), HEADS, headDim, POSITIONS);
            var cache = new KvCache(layout, POSITIONS, arena);
            cache.reserve(POSITIONS);
            return new Kept(cache);
        }

        void store(int position, int head, float[] key, float[] value) {
            cache.store(position, head, key, value, 0);
        }

        double[] key(int position, int head) {
            KvLayout layout = cache.layout();
            KvCodec codec = layout.codec();
            int tile = position / KvLayout.TILE;
            long from = layout.keys(head) + codec.bytes((long) tile * layout.keyTileGroups());
            double[] key = new double[layout.headDim()];
            for (int d = 0; d < key.length; d++) {
                float[] query = new float[key.length];
                query[d] = 1;
                float[] scores = new float[KvLayout.PAGE];
                codec.score(cache.page(0), from, key.length, query, 0, 1, scores, 0);
                key[d] = number(scores[position % KvLayout.TILE], position, layout.keyScales(head));
            }
            return key;
        }

        double[] value(int position, int head) {
            KvLayout layout = cache.layout();
            KvCodec codec = layout.codec();
            int tile = position / KvLayout.TILE;
            int slot = position % KvLayout.TILE;
            long from = layout.values(head) + codec.bytes((long) tile * layout.valueTileGroups());
            float[] weights = new float[KvLayout.PAGE];
            weights[slot] = 1;
            float[] sums = new float[layout.valueDim()];
            int groups = layout.valueGroups();
            codec.mix(cache.page(0), from, slot + 1, groups, weights, 0, 1, sums, 0);
            double[] value = new double[layout.headDim()];
            for (int d = 0; d < value.length; d++) {
                value[d] = number(sums[d], position, layout.valueScales(head));
            }
            return value;
        }

        private double number(float read, int position, long scales) {
            KvCodec codec = cache.layout().codec();
            MemorySegment page = cache.page(0);
            long at = scales + (long) position * Float.BYTES;
            double scale = codec.scales() ? page.get(ValueLayout.JAVA_FLOAT, at) : 1;
            return (double) read * codec.unit() * codec.unit() * scale;
        }
    }

    /** Stores a head as a key and as a value, and returns what comes back of it. */
    private static double[] kept(KvType type, float... x) {
        try (Arena arena = Arena.ofConfined()) {
            Kept kept = Kept.of(type, x.length, arena);
            int position = KvLayout.TILE + 5;
            kept.store(position, 1, x, x);
            double[] key = kept.key(position, 1);
            assertArrayEquals(key, kept.value(position, 1), "keys and values are kept alike");
            return key;
        }
    }

    /** Whole numbers that all forms keep exactly: the largest is 127. */
    private static float[] whole(int headDim, int seed) {
        float[] x = new float[headDim];
        for (int d = 0; d < headDim; d++) {
            x[d] = (7 * d + 13 * seed) % 120 - 60;
        }
        x[seed % headDim] = seed % 2 == 0 ? 127 : -127;
        return x;
    }

    @ParameterizedTest
    @EnumSource
    void everyElementLiesInAPlaceOfItsOwn(KvType type) {
        for (int headDim : new int[] {1, 2, 7, 15, 16, 17, 33, 64}) {
            try (Arena arena = Arena.ofConfined()) {
                Kept kept = Kept.of(type, headDim, arena);
                for (int p = 0; p < POSITIONS; p++) {
                    for (int h = 0; h < HEADS; h++) {
                        kept.store(p, h, whole(headDim, 5 * p + h), whole(headDim, 3 * p + 2 + h));
                    }
                }
                for (int p = 0; p < POSITIONS; p++) {
                    for (int h = 0; h < HEADS; h++) {
                        String what = "heads of %d, position %d, head %d".formatted(headDim, p, h);
                        assertKept(whole(headDim, 5 * p + h), kept.key(p, h), what);
                        assertKept(whole(headDim, 3 * p + 2 + h), kept.value(p, h), what);
                    }
                }
            }
        }
    }

    private static void assertKept(float[] expected, double[] actual, String what) {
        for (int d = 0; d < expected.length; d++) {
            assertEquals(expected[d], actual[d], what + ", element " + d);
        }
    }

    @ParameterizedTest
    @EnumSource
    void zerosAndTheLeastNumbersStaySmall(KvType type) {
        assertArrayEquals(new double[3], kept(type, 0, 0, 0));
        for (double number : kept(type, Float.MIN_VALUE, 0, -Float.MIN_VALUE)) {
            assertEquals(0, number, Float.MIN_VALUE);
        }
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void aNumberThatIsNotFiniteSpoilsItsHeadAlone(float wrong) {
        for (KvType type : KvType.values()) {
            if (type.codec().scales()) {
                double nan = Double.NaN;
                assertArrayEquals(new double[] {nan, nan, nan}, kept(type, 1, wrong, 2));
            } else {
                // A zero times what is not finite is none either.
                assertEquals(wrong, kept(type, wrong)[0]);
            }
            try (Arena arena = Arena.ofConfined()) {
                Kept kept = Kept.of(type, 2, arena);
                kept.store(0, 0, new float[] {wrong, 1}, new float[] {1, 127});
                kept.store(0, 1, new float[] {1, 127}, new float[] {wrong, 1});
                assertArrayEquals(new double[] {1, 127}, kept.value(0, 0));
                assertArrayEquals(new double[] {1, 127}, kept.key(0, 1));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-101, -100, -99, -20, 0, 20, 85, 86, 120, 127})
    void halvesKeepPowersOfTwoOfAnySize(int exponent) {
        float power = Math.scalb(1f, exponent);
        double[] expected = {power, -power / 2, power / 1024, 0};
        assertArrayEquals(
                expected, kept(KvType.F16, power, -power / 2, power / 1024, 0), "2^" + exponent);
    }

    @ParameterizedTest
    @ValueSource(floats = {1, 0x1p-60f, 0x1p60f})
    void halvesHaveElevenBitsAndTiesGoToEven(float size) {
        double[] kept =
                kept(
                        KvType.F16,
                        size,
                        size * (1 + 0x1p-11f),
                        size * (1 + 3 * 0x1p-11f),
                        size * (1 + 0x1.01p-11f),
                        size * 0x1p-28f,
                        size * 0x1.fffp-29f);
        double[] expected = {1, 1, 1 + 0x1p-9, 1 + 0x1p-10, 0x1p-28, 0};
        for (int i = 0; i < expected.length; i++) {
            assertEquals(size * expected[i], kept[i], "number " + i);
        }
    }

    @ParameterizedTest
    @ValueSource(floats = {0x1.ffcp127f, Float.MAX_VALUE})
    void halvesThatRoundUpToTwoToThe128AreKeptAsSuch(float x) {
        // The code is finite, and so is the scale: their product is no f32.
        assertEquals(x == Float.MAX_VALUE ? 0x1p128 : x, kept(KvType.F16, x)[0]);
    }

    @ParameterizedTest
    @ValueSource(floats = {1, 0x1p-60f, 0x1p60f, 0x1p-100f, 0x1p120f})
    void bytesAreWholeNumbersAndTiesGoToEven(float size) {
        double[] kept =
                kept(
                        KvType.INT8,
                        -127 * size,
                        0.5f * size,
                        1.5f * size,
                        -2.5f * size,
                        126.5f * size,
                        0.499f * size);
        double[] expected = {-127, 0, 2, -2, 126, 0};
        for (int i = 0; i < expected.length; i++) {
            assertEquals(size * expected[i], kept[i], "number " + i);
        }
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.MAX_VALUE, -Float.MAX_VALUE, 0x1p-121f, 0x1p-110f, 3.7f})
    void theLargestOfBytesIsKeptToAFewRoundings(float x) {
        // m / 127, its inverse and the product are rounded; the code is 127 all the same.
        double tolerance = x == 0x1p-121f ? 0x1p-121 : Math.abs(x) * 0x1p-24;
        assertEquals(x, kept(KvType.INT8, x, x / 3)[0], tolerance);
    }
}
