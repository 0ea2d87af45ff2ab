package dev.trilobit.model.convert;

/** The kinds of files a model is written as. */
public enum Container {
    /** One GGUF file, or several if it is split: llama.cpp and what builds on it. */
    GGUF,
    /** A folder of safetensors with MLX's affine quantization: mlx-lm. */
    MLX,
    /** A folder of safetensors as transformers reads and writes it. */
    HUGGING_FACE
}
