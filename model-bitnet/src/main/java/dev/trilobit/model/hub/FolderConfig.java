package dev.trilobit.model.hub;

import dev.trilobit.model.arch.ModelConfig;
import dev.trilobit.model.arch.Quantization;
import dev.trilobit.model.file.ModelFormatException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * What {@code config.json} says of the weights beside it. It is read as when the folder is opened,
 * so that what would be refused then is not fetched.
 *
 * @param rank less is better here
 * @param why one line
 */
record FolderConfig(int rank, String why) {
    private static final String NAME = "config.json";
    private static final int FEW_BITS = 2;
    private static final int LONGEST_REASON = 400;

    boolean isRefused() {
        return rank == FileChoice.REFUSED;
    }

    static FolderConfig read(String text) {
        byte[] json = text.getBytes(StandardCharsets.UTF_8);
        try {
            return of(ModelConfig.parse(NAME, MemorySegment.ofArray(json)).quantization());
        } catch (ModelFormatException e) {
            return new FolderConfig(FileChoice.REFUSED, reason(String.valueOf(e.getMessage())));
        }
    }

    private static String reason(String message) {
        String line = HubPath.printable(message.replaceAll("\\s*\\n\\s*-?\\s*", "; "));
        return line.length() <= LONGEST_REASON ? line : line.substring(0, LONGEST_REASON) + "...";
    }

    private static FolderConfig of(Quantization quantization) {
        return switch (quantization) {
            case Quantization.Mlx mlx -> ofMlx(mlx.standard().bits());
            case Quantization.BitNet bitNet -> ofBitNet(bitNet.storage());
            case Quantization.None _ -> new FolderConfig(50, "safetensors, not quantized");
            case Quantization.Ggml _ ->
                    throw new IllegalStateException("a config.json has no types of GGUF");
        };
    }

    private static FolderConfig ofMlx(int bits) {
        return new FolderConfig(
                bits <= FEW_BITS ? 1 : 30, "MLX folder, %d-bit weights".formatted(bits));
    }

    private static FolderConfig ofBitNet(Quantization.BitNet.Storage storage) {
        return switch (storage) {
            case MASTERS ->
                    new FolderConfig(49, "safetensors, masters that become ternary when opened");
            case PACKED_DIRECT, PACKED_INVERSE ->
                    new FolderConfig(0, "safetensors, packed ternary weights");
        };
    }
}
