package dev.trilobit.model.arch;

import dev.trilobit.api.program.Program;
import dev.trilobit.api.quant.WeightSource;

/**
 * A model read from its files: what a backend compiles.
 *
 * @param config facts of its config.json
 * @param program one decoder step
 * @param weights every matrix the program names; valid while the folder is open and the arena it
 *     was read into is alive
 */
public record DecoderModel(ModelConfig config, Program program, WeightSource weights) {}
