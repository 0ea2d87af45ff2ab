package dev.trilobit.model.arch;

import dev.trilobit.api.program.ActivationQuant;
import dev.trilobit.api.program.Program;
import dev.trilobit.api.program.ProgramBuilder;
import dev.trilobit.api.program.Value;
import dev.trilobit.api.program.WeightRef;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.model.arch.WeightPlan.LinearLayer;

/**
 * Writes the program of a decoder: an embedding, layers of attention and a gated feed-forward
 * block, each added to the stream, a norm and the head. The {@link Architecture} says which of the
 * optional norms there are. Source: transformers {@code modeling_bitnet.py}, {@code
 * modeling_llama.py}, {@code modeling_qwen3.py}.
 */
final class DecoderGraph {
    private final ModelConfig config;
    private final Architecture architecture;
    private final GraphWeights weights;
    private final ProgramBuilder program;

    DecoderGraph(ModelConfig config, Architecture architecture, GraphWeights weights) {
        this.config = config;
        this.architecture = architecture;
        this.weights = weights;
        this.program = new ProgramBuilder(config.vocabulary());
    }

    /** Writes all ops and asks {@code weights} for each matrix on the way. */
    Program write() {
        var tableShape = new MatrixShape(config.vocabulary(), config.hidden());
        WeightRef embedding = weights.table("model.embed_tokens", tableShape);
        Value stream = program.embed(embedding);
        for (int layer = 0; layer < config.layers(); layer++) {
            String name = "model.layers." + layer;
            stream = program.add(stream, attention(stream, name));
            stream = program.add(stream, feedForward(stream, name));
        }
        Value last = norm(stream, "model.norm", config.hidden());
        WeightRef head = config.tiedEmbeddings() ? embedding : weights.table("lm_head", tableShape);
        program.linear(last, head, ActivationQuant.NONE);
        return program.build();
    }

    private Value attention(Value stream, String layer) {
        var spec = config.attention();
        String self = layer + ".self_attn";
        Value in = norm(stream, layer + ".input_layernorm", config.hidden());
        Value queries = linear(in, self + ".q_proj", spec.queryWidth());
        Value keys = linear(in, self + ".k_proj", spec.kvWidth());
        Value values = linear(in, self + ".v_proj", spec.kvWidth());
        if (architecture.hasHeadNorms()) {
            queries = norm(queries, self + ".q_norm", config.headDim());
            keys = norm(keys, self + ".k_norm", config.headDim());
        }
        queries = program.rope(queries, config.rope());
        keys = program.rope(keys, config.rope());
        Value mixed = program.attend(queries, keys, values, spec);
        if (architecture.hasSubNorms()) {
            mixed = norm(mixed, self + ".attn_sub_norm", spec.queryWidth());
        }
        return linear(mixed, self + ".o_proj", config.hidden());
    }

    private Value feedForward(Value stream, String layer) {
        String mlp = layer + ".mlp";
        Value in = norm(stream, layer + ".post_attention_layernorm", config.hidden());
        Value gate = linear(in, mlp + ".gate_proj", config.intermediate());
        Value up = linear(in, mlp + ".up_proj", config.intermediate());
        Value gated = program.gate(gate, up, config.activation());
        if (architecture.hasSubNorms()) {
            gated = norm(gated, mlp + ".ffn_sub_norm", config.intermediate());
        }
        return linear(gated, mlp + ".down_proj", config.hidden());
    }

    private Value norm(Value in, String module, int length) {
        return program.rmsNorm(in, weights.norm(module, length), config.normEpsilon());
    }

    private Value linear(Value in, String module, int outputs) {
        LinearLayer layer = weights.linear(module, new MatrixShape(outputs, in.width()));
        return program.linear(in, layer.weight(), layer.activations());
    }
}
