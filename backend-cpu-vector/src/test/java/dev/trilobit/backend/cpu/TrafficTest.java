package dev.trilobit.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.trilobit.api.backend.CompileOptions;
import dev.trilobit.api.backend.TokenTraffic;
import dev.trilobit.api.program.AttentionSpec;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
            long layer = KvCache.bytesPerPosition(new AttentionSpec(6, 2, 22, 0.4f));
            assertEquals(2 * layer, traffic.cacheBytesPerPosition());
            assertEquals(KvCache.TYPE, traffic.cacheType());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 16, 22, 128})
    void bytesOfAPositionAreThoseOfAPageByItsPositions(int headDim) {
        var spec = new AttentionSpec(6, 2, headDim, 1);
        try (Arena arena = Arena.ofConfined()) {
            var cache = new KvCache(spec, arena);
            cache.reserve(1);
            assertEquals(
                    cache.keys(0).byteSize() + cache.values(0).byteSize(),
                    KvCache.PAGE * KvCache.bytesPerPosition(spec));
        }
    }
}
