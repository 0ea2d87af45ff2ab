package dev.trilobit.model.arch;

import dev.trilobit.api.program.AttentionSpec;
import dev.trilobit.api.program.GateActivation;
import dev.trilobit.api.program.RopeSpec;
import dev.trilobit.model.file.GgufFile;
import dev.trilobit.model.file.ModelFolder;
import java.lang.foreign.MemorySegment;

/**
 * The facts of a config.json, or of the metadata of a GGUF file, that shape the program.
 *
 * @param architecture {@code model_type} of transformers: {@code bitnet}, {@code llama} or {@code
 *     qwen3}
 * @param vocabulary number of token ids
 * @param hidden width of the residual stream
 * @param intermediate width of the feed-forward block
 * @param layers number of decoder layers
 * @param heads query heads
 * @param kvHeads key and value heads
 * @param headDim elements of a head
 * @param maxContextTokens positions the model was made for
 * @param activation function of the gate
 * @param normEpsilon epsilon of every norm
 * @param rope rotary position embedding
 * @param tiedEmbeddings whether the head is the embedding table
 * @param quantization how the matrices are stored
 */
public record ModelConfig(
        String architecture,
        int vocabulary,
        int hidden,
        int intermediate,
        int layers,
        int heads,
        int kvHeads,
        int headDim,
        int maxContextTokens,
        GateActivation activation,
        float normEpsilon,
        RopeSpec rope,
        boolean tiedEmbeddings,
        Quantization quantization) {

    /**
     * Reads the metadata of a GGUF file, or config.json.
     *
     * @throws dev.trilobit.model.file.ModelFormatException if it is missing, or naming every key
     *     that is missing, has the wrong type or asks for something unsupported
     */
    public static ModelConfig read(ModelFolder folder) {
        return GgufFile.find(folder)
                .map(GgufConfigReader::read)
                .orElseGet(() -> ConfigReader.read(folder));
    }

    /**
     * Reads the text of a config.json.
     *
     * @param label the file, for messages
     * @throws dev.trilobit.model.file.ModelFormatException naming every key that is missing, has
     *     the wrong type or asks for something unsupported
     */
    public static ModelConfig parse(String label, MemorySegment json) {
        return ConfigReader.read(label, json);
    }

    /** Returns these facts with matrices stored in another way. */
    ModelConfig withQuantization(Quantization value) {
        return new ModelConfig(
                architecture,
                vocabulary,
                hidden,
                intermediate,
                layers,
                heads,
                kvHeads,
                headDim,
                maxContextTokens,
                activation,
                normEpsilon,
                rope,
                tiedEmbeddings,
                value);
    }

    /** Returns the attention of every layer. */
    public AttentionSpec attention() {
        return new AttentionSpec(heads, kvHeads, headDim, (float) (1 / Math.sqrt(headDim)));
    }
}
