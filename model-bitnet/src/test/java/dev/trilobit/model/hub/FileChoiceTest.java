package dev.trilobit.model.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.model.file.GgmlType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FileChoiceTest {
    private static final String PACKED =
            config(
                    "bitnet",
                    ", \"quantization_config\": {\"quant_method\": \"bitnet\", \"quantization_mode\": \"offline\"}");
    private static final String MASTERS =
            config(
                    "bitnet",
                    ", \"quantization_config\": {\"quant_method\": \"bitnet\", \"linear_class\": \"autobitlinear\", \"quantization_mode\": \"online\"}");

    /** A whole config.json of weights that are not quantized. */
    static final String DENSE = config("llama", "");

    private final Map<String, String> configs = new HashMap<>();
    private final List<HubFile> files = new ArrayList<>();

    private FileChoiceTest has(String... paths) {
        Stream.of(paths).map(path -> HubFile.ofSize(path, 10)).forEach(files::add);
        return this;
    }

    /** Adds a folder of safetensors; {@code folder} ends with a slash or is empty. */
    private FileChoiceTest hasFolder(String folder, String config) {
        configs.put(folder + "config.json", config);
        return has(folder + "config.json", folder + "model.safetensors", folder + "tokenizer.json");
    }

    /** A whole config.json, with more keys. */
    private static String config(String modelType, String more) {
        return """
        {"model_type": "%s", "vocab_size": 8, "hidden_size": 32, "intermediate_size": 32,
         "num_hidden_layers": 1, "num_attention_heads": 2, "num_key_value_heads": 1,
         "max_position_embeddings": 64, "hidden_act": "silu", "rms_norm_eps": 1e-5%s}
        """
                .formatted(modelType, more);
    }

    private static String mlx(int bits) {
        return config("qwen3", quantization("quantization", bits));
    }

    private static String quantization(String key, int bits) {
        return ", \"%s\": {\"bits\": %d, \"group_size\": 128}".formatted(key, bits);
    }

    private FileChoice choose(String wanted) {
        return FileChoice.of(
                HubTestCase.REPOSITORY,
                files,
                wanted,
                file -> configs.getOrDefault(file.path(), DENSE));
    }

    private String refusal(String wanted) {
        return String.valueOf(assertThrows(HubException.class, () -> choose(wanted)).getMessage());
    }

    private static List<String> paths(FileChoice choice) {
        return choice.files().stream().map(HubFile::path).toList();
    }

    @Test
    void bitNetFolderIsTakenWithAllThatBelongsToIt() {
        has(".gitattributes", "README.md", "LICENSE", "data_summary_card.md")
                .hasFolder("", PACKED)
                .has("generation_config.json", "special_tokens_map.json", "tokenizer_config.json");
        FileChoice choice = choose("");
        assertEquals(
                List.of(
                        "config.json",
                        "model.safetensors",
                        "tokenizer.json",
                        "generation_config.json",
                        "special_tokens_map.json",
                        "tokenizer_config.json"),
                paths(choice));
        assertEquals("", choice.entry());
        assertEquals("safetensors, packed ternary weights", choice.why());
        assertEquals(60, choice.bytes());
    }

    @Test
    void shardsAndTheirIndexAreTakenTogether() {
        configs.put("config.json", MASTERS);
        has(
                "chat_template.jinja",
                "config.json",
                "model-00001-of-00002.safetensors",
                "model-00002-of-00002.safetensors",
                "model.safetensors.index.json",
                "tokenizer.json");
        assertEquals(files, choose("").files());
    }

    @Test
    void folderThatLacksPartsIsRefusedWithAllThatIsMissing() {
        has("model-00001-of-00003.safetensors", "model-00003-of-00003.safetensors");
        String message = refusal("");
        for (String part :
                List.of(
                        "model-00001-of-00003.safetensors: ",
                        "no model.safetensors.index.json",
                        "1 of 3 shards are missing",
                        "no config.json",
                        "no tokenizer.json")) {
            assertTrue(message.contains(part), part + " in " + message);
        }
    }

    /** What is better comes first; each line is right of each line below it. */
    private static final List<String> ORDER =
            List.of(
                    "m-i2_s.gguf",
                    "m-Q1_0.gguf",
                    "m-Q2_0_g64.gguf",
                    "m-TQ2_0.gguf",
                    "m-TQ1_0.gguf",
                    "m-PQ2_0.gguf",
                    "m-Q2_0.gguf",
                    "m-PTQ1_0.gguf",
                    "m.Q8_0.gguf",
                    "m-q6_k.gguf",
                    "m-Q5_0.gguf",
                    "m-Q4_K_M.gguf",
                    "m-Q4_1.gguf",
                    "m-Q4_0.gguf",
                    "model.gguf",
                    "m-fp16.gguf",
                    "m-BF16.gguf",
                    "m-f32.gguf");

    @Test
    void fewBitsGoBeforeManyAndMastersLast() {
        for (int i = 0; i < ORDER.size() - 1; i++) {
            files.clear();
            has(ORDER.subList(i, ORDER.size()).reversed().toArray(String[]::new));
            FileChoice choice = choose("");
            assertEquals(List.of(ORDER.get(i)), paths(choice));
            assertEquals(ORDER.get(i), choice.entry());
            assertEquals(ORDER.size() - i - 1, choice.others().size());
            assertTrue(choice.others().stream().allMatch(OtherFile::runs));
        }
    }

    @Test
    void foldersAndGgufFilesAreRankedTogether() {
        hasFolder("", DENSE).has("m-F16.gguf");
        assertEquals("", choose("").entry());
        has("m-Q8_0.gguf");
        assertEquals("m-Q8_0.gguf", choose("").entry());
        hasFolder("mlx4/", mlx(4));
        assertEquals("mlx4", choose("").entry());
        has("m-TQ2_0.gguf");
        assertEquals("m-TQ2_0.gguf", choose("").entry());
        hasFolder("mlx2/", mlx(2));
        assertEquals("mlx2", choose("").entry());
        hasFolder("packed/", PACKED);
        assertEquals("packed", choose("").entry());
        assertEquals("'mlx4' was asked for: MLX folder, 4-bit weights", choose("mlx4").why());
    }

    @Test
    void ternaryFileGoesBeforeItsMasters() {
        hasFolder("", MASTERS).has("ggml-model-i2_s.gguf");
        FileChoice choice = choose("");
        assertEquals("ggml-model-i2_s.gguf", choice.entry());
        assertEquals("GGUF of type I2_S, ternary, 2 bits a weight", choice.why());
    }

    @Test
    void splitFileIsAllItsParts() {
        has(
                "q/m-Q8_0-00002-of-00003.gguf",
                "q/m-Q8_0-00003-of-00003.gguf",
                "q/m-Q8_0-00001-of-00003.gguf");
        FileChoice choice = choose("");
        assertEquals("q/m-Q8_0-00001-of-00003.gguf", choice.entry());
        assertEquals(3, choice.files().size());
        assertEquals(choice.files(), choose("q/m-Q8_0-00002-of-00003.gguf").files());
    }

    @Test
    void splitFileWithoutAllItsPartsIsRefused() {
        has("m-Q1_0-00001-of-00003.gguf", "m-Q1_0-00003-of-00003.gguf", "m-F16.gguf");
        FileChoice choice = choose("");
        assertEquals("m-F16.gguf", choice.entry());
        assertEquals(
                List.of(
                        new OtherFile(
                                "m-Q1_0-00001-of-00003.gguf", false, "2 of its 3 parts are there")),
                choice.others());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ggml-model-tl1.gguf | take the I2_S file",
                "m-TL2.gguf | take the I2_S file",
                "mmproj-m-Q8_0.gguf | a vision part",
                "m.imatrix.gguf | figures for quantizing",
                "Bonsai-DSpark-Q4_1.gguf | a drafter",
                "m-IQ2_XXS.gguf | no type that is read here",
                "m-Q2_K.gguf | no type that is read here",
                "m-Q3_K_L.gguf | no type that is read here",
                "m-Q5_K_M.gguf | no type that is read here",
                "m-Q4_0_4_4.gguf | no type that is read here",
                "m-Q5_1.gguf | no type that is read here",
                "m-Q4_K_S.gguf | a mixture with tensors of Q5_K",
                "m-MXFP4_MOE.gguf | no type that is read here",
                "m-NVFP4.gguf | no type that is read here"
            })
    void whatCannotRunIsRefusedByName(String path, String why) {
        has(path);
        for (String wanted : List.of("", path)) {
            String message = refusal(wanted);
            assertTrue(message.contains(path), message);
            assertTrue(message.contains(why), message);
        }
        has("m-Q4_0.gguf");
        FileChoice choice = choose("");
        assertEquals("m-Q4_0.gguf", choice.entry());
        assertFalse(choice.others().getFirst().runs());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "llama | \"quantization_config\": {\"quant_method\": \"gptq\"} | expected bitnet, got gptq",
                "qwen3 | \"quantization\": {\"bits\": 4, \"group_size\": 32, \"mode\": \"mxfp4\"} | got mxfp4",
                "qwen3 | \"quantization\": {\"bits\": 7, \"group_size\": 32} | 6 or 8, got 7",
                "prism_hadamard_qwen35 | \"quantization\": {\"bits\": 2, \"group_size\": 128} | model_type: expected one of bitnet, llama, qwen3, got \"\"prism_hadamard_qwen35\"\"",
                "gemma3 | \"x\": 1 | model_type: expected one of",
                "llama | \"num_experts\": 8 | mixtures of experts are not supported"
            },
            quoteCharacter = '`')
    void folderThatCannotBeOpenedIsRefusedWithTheReason(String type, String more, String why) {
        hasFolder("", config(type, ", " + more));
        String expected = why.replace("\"\"", "\"");
        assertTrue(refusal("").contains(expected), refusal(""));
        has("m-Q8_0.gguf");
        assertEquals("m-Q8_0.gguf", choose("").entry());
    }

    @Test
    void configThatIsNoJsonIsRefused() {
        hasFolder("", "no JSON");
        assertTrue(refusal("").contains("must be a JSON object"), refusal(""));
    }

    /** The class of the 1bitLLM models goes before their {@code model_type}. */
    @Test
    void oneBitLlmIsAModelOfMasters() {
        hasFolder("", config("llama", ", \"weight_bits\": 1, \"input_bits\": 8"));
        assertEquals("safetensors, masters that become ternary when opened", choose("").why());
    }

    /** As mlx-lm writes it beside {@code quantization}, and some writers alone. */
    @Test
    void quantizationOfMlxUnderTheOtherKeyIsOfMlx() {
        hasFolder("", config("qwen3", quantization("quantization_config", 2)));
        assertEquals("MLX folder, 2-bit weights", choose("").why());
    }

    @Test
    void typeOfAllFilesThatAreReadIsKnownByItsName() {
        for (GgmlType type : GgmlType.values()) {
            files.clear();
            String name = type.toString().replace("_G", "_g");
            has("m-" + name + ".gguf", "model.gguf");
            boolean plain = type.floatType().isPresent();
            assertEquals(plain ? "model.gguf" : "m-" + name + ".gguf", choose("").entry());
            assertTrue(choose(name).why().contains("GGUF of type"), choose(name).why());
        }
    }

    @Test
    void repositoryOfOtherFormatsIsRefused() {
        has("pytorch_model.bin", "model.onnx", "README.md");
        String message = refusal("");
        assertTrue(message.contains("pytorch_model.bin: not read here"), message);
        files.clear();
        assertTrue(refusal("").contains("there is no model in it"), refusal(""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"m-Q4_0.gguf", "Q4_0", "q4_0"})
    void fileOrTypeThatIsNamedIsTaken(String wanted) {
        has("m-I2_S.gguf", "m-Q4_0.gguf", "m-Q4_0_4_4.gguf");
        assertEquals("m-Q4_0.gguf", choose(wanted).entry());
        assertTrue(choose(wanted).why().contains("GGUF of type Q4_0"), choose(wanted).why());
    }

    @Test
    void nameThatIsNotThereIsRefusedWithWhatIs() {
        has("m-I2_S.gguf", "m-Q4_0.gguf");
        String message = refusal("Q8_0");
        assertTrue(message.contains("'Q8_0'; there are m-I2_S.gguf, m-Q4_0.gguf"), message);
    }

    @Test
    void namedFileThatIsNoModelIsTakenAlone() {
        hasFolder("", PACKED);
        FileChoice choice = choose("tokenizer.json");
        assertEquals(List.of("tokenizer.json"), paths(choice));
        assertEquals("named, and no model by itself", choice.why());
    }

    @Test
    void namedWeightsBringTheirFolder() {
        hasFolder("", DENSE).has("m-Q8_0.gguf");
        assertEquals("", choose("model.safetensors").entry());
        assertEquals(3, choose("model.safetensors").files().size());
    }

    @Test
    void manyRefusedFilesDoNotFillTheScreen() {
        IntStream.range(0, 300).forEach(i -> has("m%d-Q2_K.gguf".formatted(i)));
        assertTrue(refusal("").length() < 2000);
    }
}
