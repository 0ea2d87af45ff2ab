package dev.trilobit.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.trilobit.api.backend.CompileOptions;
import dev.trilobit.api.backend.TokenTraffic;
import dev.trilobit.api.program.AttentionSpec;
import org.junit.jupiter.api.Test;

class TrafficTest {
    /** Of {@link TinyDecoder}: f32 gains of all norms, a row of the embedding, the f32 head. */
    private static final int UNPACKED = (2 * (132 + 132 + 2053) + 132 + 132 + 67 * 132) * 4;

    @Test
    void aTokenReadsWhatIsPackedAndWhatIsNot() {
        var decoder = TinyDecoder.ternary();
        try (var backend = new CpuVectorBackend();
                var program =
                        backend.compile(
                                decoder.program(),
                                decoder.weights(),
                                CompileOptions.forContext(64))) {
            TokenTraffic traffic = program.traffic();
            assertEquals(program.weightBytes() + UNPACKED, traffic.weightBytes());
            var layout = KvLayout.of(new AttentionSpec(6, 2, 22, 0.4f), KvType.F32, 64);
            assertEquals(2 * layout.bytesPerPosition(), traffic.cacheBytesPerPosition());
            assertEquals("f32", traffic.cacheType());
        }
    }

    /**
     * 2 heads with 22 elements: keys as they are, values in whole vectors; below f32 each of the
     * two has an f32 scale a head.
     */
    @Test
    void bytesOfAPositionCountWhatAPageHolds() {
        var spec = new AttentionSpec(6, 2, 22, 1);
        int group = KvLayout.GROUP;
        int values = Math.ceilDiv(22, group) * group;
        assertEquals(2L * (22 + values) * 4, KvLayout.of(spec, KvType.F32, 512).bytesPerPosition());
        assertEquals(
                2L * ((22 + values) * 2 + 2 * 4),
                KvLayout.of(spec, KvType.F16, 512).bytesPerPosition());
    }
}
