package dev.trilobit.model.arch;

import dev.trilobit.api.program.Program;
import dev.trilobit.api.quant.WeightSource;

/**
 * A model read from its files: what a backend compiles.
 *
 * @param config facts of its config.json
 * @param program one decoder step
 * @param weights every matrix the program names, while the folder is open; what it decodes goes
 *     into arenas that are shared or automatic, since several threads fill them
 */
public record DecoderModel(ModelConfig config, Program program, WeightSource weights) {}
