package dev.trilobit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * BitNet-2B-4T the whole way, from the hub to a chat: its configuration, chat template and
 * tokenizer, and random weights of its widths, but one layer.
 */
@Timeout(300)
class PulledBitNetTest {
    private static final int HIDDEN = 2560;
    private static final int INTERMEDIATE = 6912;
    private static final int KEYS = 640;
    private static final int VOCABULARY = 128_256;

    /**
     * Tokens that the model can say: the printable characters of ASCII. The rows of all others are
     * zero and stay holes in the file.
     */
    private static final int SPOKEN = 94;

    private static final String CONFIG =
            """
            {"architectures": ["BitNetForCausalLM"], "model_type": "bitnet", "hidden_act": "relu2",
             "hidden_size": 2560, "intermediate_size": 6912, "num_hidden_layers": 1,
             "num_attention_heads": 20, "num_key_value_heads": 5, "vocab_size": 128256,
             "max_position_embeddings": 4096, "rope_theta": 500000.0, "rms_norm_eps": 1e-05,
             "tie_word_embeddings": true, "bos_token_id": 128000, "eos_token_id": 128001,
             "torch_dtype": "bfloat16",
             "quantization_config": {"quant_method": "bitnet", "linear_class": "autobitlinear",
                                     "quantization_mode": "offline"}}
            """;

    private static final String TOKENIZER_CONFIG =
            """
            {"bos_token": "<|begin_of_text|>", "eos_token": "<|end_of_text|>", "chat_template":
            "{% for message in messages %}{% if loop.first %}{{ bos_token }}{% endif %}{{ message['role'] | capitalize + ': ' + message['content'] | trim + '<|eot_id|>' }}{% endfor %}{% if add_generation_prompt %}{{ 'Assistant: ' }}{% endif %}"}
            """;

    private final SplittableRandom random = new SplittableRandom(7);

    @TempDir private Path folder;

    private record Tensor(String type, List<Integer> shape, Body body) {
        long bytes() {
            long elements =
                    shape.stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact);
            return elements * (type.equals("U8") ? 1 : 2);
        }
    }

    /** What lies at the start of a tensor; the rest is zero. */
    private interface Body {
        byte[] bytes();
    }

    private Tensor ones(int length) {
        return new Tensor("BF16", List.of(length), () -> bf16(length, 1, 0));
    }

    private Tensor ternary(int rows, int columns) {
        return new Tensor(
                "U8",
                List.of(rows / 4, columns),
                () -> {
                    byte[] codes = new byte[rows / 4 * columns];
                    for (int i = 0; i < codes.length; i++) {
                        int digits = random.nextInt(81);
                        codes[i] =
                                (byte)
                                        ((digits % 3)
                                                | ((digits / 3 % 3) << 2)
                                                | ((digits / 9 % 3) << 4)
                                                | ((digits / 27) << 6));
                    }
                    return codes;
                });
    }

    private byte[] bf16(int count, double mean, double spread) {
        ByteBuffer bytes = ByteBuffer.allocate(2 * count).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            float value = (float) (mean + spread * (2 * random.nextDouble() - 1));
            bytes.putShort((short) (Float.floatToIntBits(value) >>> 16));
        }
        return bytes.array();
    }

    private Map<String, Tensor> tensors() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        String layer = "model.layers.0.";
        Map<String, int[]> linears =
                Map.of(
                        "self_attn.q_proj", new int[] {HIDDEN, HIDDEN},
                        "self_attn.k_proj", new int[] {KEYS, HIDDEN},
                        "self_attn.v_proj", new int[] {KEYS, HIDDEN},
                        "self_attn.o_proj", new int[] {HIDDEN, HIDDEN},
                        "mlp.gate_proj", new int[] {INTERMEDIATE, HIDDEN},
                        "mlp.up_proj", new int[] {INTERMEDIATE, HIDDEN},
                        "mlp.down_proj", new int[] {HIDDEN, INTERMEDIATE});
        linears.forEach(
                (name, shape) -> {
                    tensors.put(layer + name + ".weight", ternary(shape[0], shape[1]));
                    tensors.put(
                            layer + name + ".weight_scale",
                            new Tensor("BF16", List.of(1), () -> bf16(1, 0.02, 0)));
                });
        tensors.put(layer + "input_layernorm.weight", ones(HIDDEN));
        tensors.put(layer + "post_attention_layernorm.weight", ones(HIDDEN));
        tensors.put(layer + "self_attn.attn_sub_norm.weight", ones(HIDDEN));
        tensors.put(layer + "mlp.ffn_sub_norm.weight", ones(INTERMEDIATE));
        tensors.put("model.norm.weight", ones(HIDDEN));
        tensors.put(
                "model.embed_tokens.weight",
                new Tensor("BF16", List.of(VOCABULARY, HIDDEN), () -> bf16(SPOKEN * HIDDEN, 0, 1)));
        return tensors;
    }

    private void writeWeights(Path file) throws IOException {
        Map<String, Tensor> tensors = tensors();
        Map<String, Object> header = new LinkedHashMap<>();
        long end = 0;
        for (Map.Entry<String, Tensor> tensor : tensors.entrySet()) {
            long begin = end;
            end += tensor.getValue().bytes();
            header.put(
                    tensor.getKey(),
                    Map.of(
                            "dtype",
                            tensor.getValue().type(),
                            "shape",
                            tensor.getValue().shape(),
                            "data_offsets",
                            List.of(begin, end)));
        }
        byte[] text = JsonMapper.shared().writeValueAsBytes(header);
        try (var channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            ByteBuffer length =
                    ByteBuffer.allocate(Long.BYTES)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .putLong(text.length);
            channel.write(length.flip());
            channel.write(ByteBuffer.wrap(text));
            long at = (long) Long.BYTES + text.length;
            for (Tensor tensor : tensors.values()) {
                channel.write(ByteBuffer.wrap(tensor.body().bytes()), at);
                at += tensor.bytes();
            }
            channel.write(ByteBuffer.allocate(1), at - 1);
        }
    }

    /** The JDK does not read xz. */
    private static byte[] unxz(Path file) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("xz", "-dc", file.toString()).start();
        byte[] bytes = process.getInputStream().readAllBytes();
        assertEquals(0, process.waitFor(), "xz " + file);
        return bytes;
    }

    @Test
    void bitNetIsPulledRunAndChattedWith() throws IOException, InterruptedException {
        String shared = System.getProperty("trilobit.shared", "");
        assumeTrue(
                !shared.isEmpty(), "needs the Llama-3 tokenizer: set -Dtrilobit.shared=<folder>");
        Path tokenizer = Path.of(shared, "data", "tokenizers", "llama3", "tokenizer.json.xz");
        Files.writeString(folder.resolve("config.json"), CONFIG);
        Files.writeString(folder.resolve("tokenizer_config.json"), TOKENIZER_CONFIG);
        Files.write(folder.resolve("tokenizer.json"), unxz(tokenizer));
        Files.writeString(
                folder.resolve("generation_config.json"), "{\"eos_token_id\": [128001, 128009]}");
        writeWeights(folder.resolve("model.safetensors"));
        try (var hub = new SmallHub("test/bitnet-2b", folder)) {
            CommandRun pulled =
                    CommandRun.of("pull", "--endpoint", hub.address(), "test/bitnet-2b");
            assertEquals(0, pulled.code(), pulled.err());
            assertTrue(pulled.err().contains("safetensors, packed ternary weights"), pulled.err());
            assertTrue(hub.ranges().size() > 20, "the weights come in pieces");
            runAndChat();
            hub.forget(); // it is large
        }
    }

    private static void runAndChat() {
        CommandRun run =
                CommandRun.of(
                        "run", "-m", "test/bitnet-2b", "-t", "0", "-n", "8", "--json", "Hello");
        assertEquals(0, run.code(), run.err());
        JsonNode object = JsonMapper.shared().readTree(run.out());
        assertEquals("test/bitnet-2b", object.get("model").asString());
        assertEquals(8, object.get("tokens").size());
        object.get("tokens").forEach(token -> assertTrue(token.asInt() < SPOKEN, run.out()));

        CommandRun chat =
                CommandRun.piped("Hello\n", "chat", "-m", "test/bitnet-2b", "-t", "0", "-n", "8");
        assertEquals(0, chat.code(), chat.err());
        assertEquals(8, chat.out().strip().length(), chat.out());
        assertTrue(chat.err().contains("(stopped after 8 tokens)"), chat.err());
    }
}
