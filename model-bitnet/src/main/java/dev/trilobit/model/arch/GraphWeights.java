package dev.trilobit.model.arch;

import dev.trilobit.api.program.WeightRef;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.model.arch.WeightPlan.LinearLayer;

/** Says what each matrix of a decoder is while {@link DecoderGraph} writes it. */
interface GraphWeights {
    /** Finds the gain of a norm. */
    WeightRef norm(String module, int length);

    /** Finds an embedding table or a head. */
    WeightRef table(String module, MatrixShape shape);

    /** Finds the matrix of a linear layer inside a decoder layer. */
    LinearLayer linear(String module, MatrixShape shape);
}
