package dev.trilobit.model.hub;

import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What {@code config.json} says of the weights beside it.
 *
 * @param rank less is better here
 * @param why one line
 */
record FolderConfig(int rank, String why) {
    private static final JsonMapper MAPPER = JsonMapper.shared();
    private static final Set<Integer> MLX_BITS = Set.of(1, 2, 3, 4, 5, 6, 8);
    private static final int FEW_BITS = 2;

    boolean isRefused() {
        return rank == FileChoice.REFUSED;
    }

    static FolderConfig read(String text) {
        JsonNode config;
        try {
            config = MAPPER.readTree(text);
        } catch (JacksonException _) {
            return new FolderConfig(FileChoice.REFUSED, "its config.json is no JSON");
        }
        JsonNode mlx = config.path("quantization");
        if (mlx.has("bits")) {
            return ofMlx(mlx);
        }
        JsonNode quantization = config.path("quantization_config");
        if (quantization.isObject()) {
            return ofHuggingFace(quantization);
        }
        return new FolderConfig(50, "safetensors, not quantized");
    }

    private static FolderConfig ofMlx(JsonNode quantization) {
        int bits = quantization.path("bits").asInt(0);
        String mode = quantization.path("mode").asString("affine");
        if (!MLX_BITS.contains(bits) || !mode.equals("affine")) {
            return new FolderConfig(
                    FileChoice.REFUSED,
                    "MLX weights of %d bits in mode '%s', which are not read here"
                            .formatted(bits, HubPath.printable(mode)));
        }
        return bits <= FEW_BITS
                ? new FolderConfig(1, "MLX folder, %d-bit weights".formatted(bits))
                : new FolderConfig(30, "MLX folder, %d-bit weights".formatted(bits));
    }

    private static FolderConfig ofHuggingFace(JsonNode quantization) {
        String method = quantization.path("quant_method").asString("");
        if (!method.equals("bitnet")) {
            return new FolderConfig(
                    FileChoice.REFUSED,
                    "weights quantized by '%s', which is not read here"
                            .formatted(HubPath.printable(method)));
        }
        return quantization.path("quantization_mode").asString("").equals("online")
                ? new FolderConfig(49, "safetensors, masters that become ternary when opened")
                : new FolderConfig(0, "safetensors, packed ternary weights");
    }
}
