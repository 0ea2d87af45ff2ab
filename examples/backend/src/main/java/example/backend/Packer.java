package example.backend;

import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.Binary;
import dev.trilobit.api.quant.Blocks;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.api.quant.Weight;

/** How a stored weight becomes a matrix that multiplies. */
@FunctionalInterface
interface Packer {
    /** Ternary and one-bit weights as bit masks, everything else as floats. */
    Packer BIT_PLANES =
            weight ->
                    switch (weight.format()) {
                        case Ternary ternary -> TernaryMatrix.pack(weight, ternary);
                        case Binary binary -> BinaryMatrix.pack(weight, binary);
                        case Dense dense -> FloatMatrix.pack(weight, dense);
                        case Affine affine -> FloatMatrix.pack(weight, affine);
                        case Blocks _ -> FloatMatrix.packBlocks(weight);
                    };

    /**
     * Packs a weight into memory of its own.
     *
     * @throws dev.trilobit.api.quant.UnusableWeightException if it holds what no matrix can use
     */
    Matrix pack(Weight weight);
}
