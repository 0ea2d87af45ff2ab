package dev.trilobit.model.arch;

import dev.trilobit.api.program.GateActivation;
import dev.trilobit.model.arch.Quantization.HeadRows;
import dev.trilobit.model.arch.Quantization.RoundedLayers;
import java.util.Arrays;
import java.util.Optional;

/**
 * What {@code general.architecture} of a GGUF file stands for. The file does not store the function
 * of the gate, nor what linear layers do to their input, nor the order of the rows of the query and
 * key projections: the name means them.
 */
enum GgufArchitecture {
    /** BitNet 2B and what bitnet.cpp's converter of Hugging Face folders writes. */
    BITNET_B158(
            "bitnet-b1.58",
            Architecture.BITNET,
            GateActivation.RELU_SQUARED,
            RoundedLayers.ALL,
            HeadRows.HALVES),
    /** The same, written by bitnet.cpp's converter of the original checkpoints. */
    BITNET_25(
            "bitnet-25",
            Architecture.BITNET,
            GateActivation.RELU_SQUARED,
            RoundedLayers.ALL,
            HeadRows.HALVES),
    /** The 1bitLLM models. */
    BITNET("bitnet", Architecture.BITNET, GateActivation.SILU, RoundedLayers.ALL, HeadRows.HALVES),
    /** Llama, Falcon-E, Falcon3 and their like. */
    LLAMA("llama", Architecture.LLAMA, GateActivation.SILU, RoundedLayers.TERNARY, HeadRows.PAIRS),
    /** Qwen3 and Bonsai. */
    QWEN3("qwen3", Architecture.QWEN3, GateActivation.SILU, RoundedLayers.NONE, HeadRows.HALVES);

    private final String label;
    private final Architecture family;
    private final GateActivation activation;
    private final RoundedLayers rounded;
    private final HeadRows headRows;

    GgufArchitecture(
            String label,
            Architecture family,
            GateActivation activation,
            RoundedLayers rounded,
            HeadRows headRows) {
        this.label = label;
        this.family = family;
        this.activation = activation;
        this.rounded = rounded;
        this.headRows = headRows;
    }

    /** Finds an architecture by its name in a file. */
    static Optional<GgufArchitecture> of(String label) {
        return Arrays.stream(values()).filter(a -> a.label.equals(label)).findFirst();
    }

    /** Returns the name in a file, with which the keys of its sizes begin. */
    String label() {
        return label;
    }

    /** Returns the graph. */
    Architecture family() {
        return family;
    }

    /** Returns the function of the gate. */
    GateActivation activation() {
        return activation;
    }

    /** Returns which linear layers round their input. */
    RoundedLayers rounded() {
        return rounded;
    }

    /** Returns how the rows of a head of queries or keys are ordered. */
    HeadRows headRows() {
        return headRows;
    }
}
