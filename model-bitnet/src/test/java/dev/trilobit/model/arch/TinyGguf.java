package dev.trilobit.model.arch;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.api.quant.FloatType;
import dev.trilobit.model.file.GgmlType;
import dev.trilobit.model.file.GgufBytes;
import dev.trilobit.model.file.MemoryFolder;
import dev.trilobit.model.file.ModelFormatException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A GGUF model of one layer whose every key and tensor a test can replace or take out: width 256,
 * 512 in the feed-forward block, four heads of 64 over two key-value heads, 16 token ids. All of
 * its numbers are float32 zeros.
 */
final class TinyGguf {
    private static final int UINT32 = 4;
    private static final int FLOAT32 = 6;
    private static final int BOOL = 7;
    private static final int STRING = 8;
    private static final int ARRAY = 9;
    private static final int FLOAT64 = 12;

    private final String architecture;
    private final Map<String, Value> keys = new LinkedHashMap<>();
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();

    @SuppressWarnings("ArrayRecordComponent") // never compared, never leaves this class
    private record Value(int type, byte[] bytes) {}

    @SuppressWarnings("ArrayRecordComponent") // never compared, never leaves this class
    private record Tensor(GgmlType type, byte[] bytes, long[] extents) {}

    private TinyGguf(String architecture) {
        this.architecture = architecture;
        text("general.architecture", architecture);
        count("block_count", 1);
        count("context_length", 64);
        count("embedding_length", 256);
        count("feed_forward_length", 512);
        count("attention.head_count", 4);
        count("attention.head_count_kv", 2);
        number("attention.layer_norm_rms_epsilon", 1e-5);
        matrix("token_embd", 16, 256);
        matrix("output", 16, 256);
        vector("output_norm", 256);
        vector("blk.0.attn_norm", 256);
        vector("blk.0.ffn_norm", 256);
        matrix("blk.0.attn_q", 256, 256);
        matrix("blk.0.attn_k", 128, 256);
        matrix("blk.0.attn_v", 128, 256);
        matrix("blk.0.attn_output", 256, 256);
        matrix("blk.0.ffn_gate", 512, 256);
        matrix("blk.0.ffn_up", 512, 256);
        matrix("blk.0.ffn_down", 256, 512);
    }

    /** Makes a model with the norms its architecture has. */
    static TinyGguf of(String architecture) {
        var model = new TinyGguf(architecture);
        if (architecture.startsWith("bitnet")) {
            model.vector("blk.0.attn_sub_norm", 256).vector("blk.0.ffn_sub_norm", 512);
        }
        if (architecture.equals("qwen3")) {
            model.vector("blk.0.attn_q_norm", 64).vector("blk.0.attn_k_norm", 64);
        }
        return model;
    }

    /** Makes a Llama. */
    static TinyGguf llama() {
        return of("llama");
    }

    /** Sets a string; the key is whole. */
    TinyGguf text(String key, String value) {
        keys.put(key, new Value(STRING, GgufBytes.string(value)));
        return this;
    }

    /** Sets a string of the architecture. */
    TinyGguf word(String key, String value) {
        return text(own(key), value);
    }

    /** Sets an unsigned integer of the architecture. */
    TinyGguf count(String key, int value) {
        keys.put(own(key), new Value(UINT32, GgufBytes.int32(value)));
        return this;
    }

    /** Sets one unsigned integer for each layer. */
    TinyGguf counts(String key, int... values) {
        var each = new byte[values.length][];
        for (int i = 0; i < values.length; i++) {
            each[i] = GgufBytes.int32(values[i]);
        }
        keys.put(own(key), new Value(ARRAY, GgufBytes.array(UINT32, values.length, each)));
        return this;
    }

    /** Sets a float of the architecture. */
    TinyGguf number(String key, double value) {
        var bytes = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat((float) value);
        keys.put(own(key), new Value(FLOAT32, bytes.array()));
        return this;
    }

    /** Sets a float of 64 bits, whole key. */
    TinyGguf float64(String key, double value) {
        var bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putDouble(value);
        keys.put(key, new Value(FLOAT64, bytes.array()));
        return this;
    }

    /** Sets a flag of the architecture. */
    TinyGguf flag(String key, boolean value) {
        keys.put(own(key), new Value(BOOL, new byte[] {(byte) (value ? 1 : 0)}));
        return this;
    }

    /** Takes a key out; it is whole, or one of the architecture. */
    TinyGguf withoutKey(String key) {
        keys.remove(key);
        keys.remove(own(key));
        return this;
    }

    private String own(String key) {
        return architecture + "." + key;
    }

    /** Sets a matrix of float32 zeros. */
    TinyGguf matrix(String module, int rows, int cols) {
        return tensor(module + ".weight", GgmlType.F32, new byte[rows * cols * 4], cols, rows);
    }

    /** Sets a vector of float32 zeros. */
    TinyGguf vector(String module, int length) {
        return tensor(module + ".weight", GgmlType.F32, new byte[length * 4], length);
    }

    /** Sets a vector of float32 numbers. */
    TinyGguf floats(String name, float... numbers) {
        var bytes = new byte[numbers.length * Float.BYTES];
        for (int i = 0; i < numbers.length; i++) {
            FloatType.F32.set(MemorySegment.ofArray(bytes), i, numbers[i]);
        }
        return tensor(name, GgmlType.F32, bytes, numbers.length);
    }

    /** Sets a matrix of zero bytes of any type. */
    TinyGguf zeros(String module, GgmlType type, int rows, int cols) {
        byte[] bytes = new byte[Math.toIntExact(type.byteSize((long) rows * cols))];
        return tensor(module + ".weight", type, bytes, cols, rows);
    }

    /**
     * Sets a tensor.
     *
     * @param extents the length of a row first
     */
    TinyGguf tensor(String name, GgmlType type, byte[] bytes, long... extents) {
        tensors.put(name, new Tensor(type, bytes, extents));
        return this;
    }

    /** Takes tensors out. */
    TinyGguf without(String... names) {
        for (String name : names) {
            tensors.remove(name);
        }
        return this;
    }

    /** Returns the file. */
    MemoryFolder folder() {
        var file = new GgufBytes();
        keys.forEach((key, value) -> file.key(key, value.type(), value.bytes()));
        tensors.forEach((name, t) -> file.tensor(name, t.type().id(), t.bytes(), t.extents()));
        return new MemoryFolder().with("model.gguf", file.bytes());
    }

    /** Opens the model. */
    void open(Consumer<DecoderModel> check) {
        try (var folder = folder()) {
            check.accept(DecoderModels.open(folder));
        }
    }

    /** Opens the model, which must fail with a message that has all of {@code parts}. */
    String refused(String... parts) {
        try (var folder = folder()) {
            var error = assertThrows(ModelFormatException.class, () -> DecoderModels.open(folder));
            String message = String.valueOf(error.getMessage());
            for (String part : parts) {
                assertTrue(
                        message.contains(part), () -> "'" + part + "' is missing in: " + message);
            }
            return message;
        }
    }
}
