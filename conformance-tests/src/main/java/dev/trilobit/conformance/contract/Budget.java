package dev.trilobit.conformance.contract;

import dev.trilobit.api.program.Op;
import dev.trilobit.api.program.Program;

/**
 * What the arithmetic of a backend may cost, written down with the reason.
 *
 * @param reason why these limits and no tighter ones, one sentence
 * @param roundoff unit roundoff of the backend's sums and products: 2^-24 for f32
 * @param opError largest normalised mean squared error of a one-op program, whether its activations
 *     are float or int8: the inputs that count lie at least a thousandth of a code from every tie
 *     of rounding, or exactly on one, so int8 costs no more here
 * @param cache what keeping keys and values may cost
 * @param floatActivations limits for programs without quantized activations
 * @param int8Activations limits for programs with int8 activations, whose rounding ties part even
 *     float32 from float64
 */
public record Budget(
        String reason,
        double roundoff,
        double opError,
        CacheBudget cache,
        LogitBudget floatActivations,
        LogitBudget int8Activations) {
    /** Unit roundoff of f32. */
    public static final double F32_ROUNDOFF = 0x1p-24;

    public Budget {
        if (reason.isBlank()) {
            throw new IllegalArgumentException("a budget needs a reason");
        }
        if (!(roundoff > 0) || !(opError > 0)) {
            throw new IllegalArgumentException(
                    "roundoff %s and op error %s must be positive".formatted(roundoff, opError));
        }
    }

    /** Sets limits for a backend that keeps keys and values as they are. */
    public Budget(
            String reason,
            double roundoff,
            double opError,
            LogitBudget floatActivations,
            LogitBudget int8Activations) {
        this(reason, roundoff, opError, CacheBudget.EXACT, floatActivations, int8Activations);
    }

    /**
     * Returns the limits that hold for a program: those of int8 activations if any of its linear
     * layers rounds its input.
     */
    public LogitBudget limits(Program program) {
        boolean rounds =
                program.ops().stream()
                        .anyMatch(
                                op ->
                                        op instanceof Op.Linear linear
                                                && linear.activations().rounds());
        return rounds ? int8Activations : floatActivations;
    }

    /**
     * Returns the limits for backends that compute in f32.
     *
     * <p>Float activations: on this suite's random models the CPU backend reaches a mean KL of
     * 6e-13 to 1.9e-12 nats, on a trained model of 14 million weights 2.1e-13 with the choice of
     * the oracle at all 1,024 positions; no difference between two leading logits moves by more
     * than 9e-6. The limits lie just above, and far below what MLX published for its 1-bit kernels
     * (3e-5 in prefill, 7e-5 in decode, top-1 of 99.85 % and 99.3 % in the worst sequence).
     *
     * <p>Int8 activations: the roundoff of f32 turns a few values that lie next to the middle of
     * two integers to the other one, and each such flip turns more in the layers above, however
     * small the error was that began it. So a position either agrees as well as with float
     * activations or is off by what one step of 1/127 costs, a KL of 1e-4 to 2e-3. Over 20,992
     * positions of 24 random models and a trained one, the choice changed at 57 positions (at most
     * 0.9 % of a model's), where the oracle's logits were 0.095 apart or less: the tie width lies
     * just above. Mean KL was 1.3e-13 to 4.1e-5 on random models, 1.3e-4 on the trained one. Every
     * choice outside the tie width fails; the shares bound how many ties there may be, about twice
     * those seen in a model, more in one sequence, since short ones have few positions.
     */
    public static Budget float32() {
        return new Budget(
                "f32 products and sums; int8 activations round ties as float32 falls",
                F32_ROUNDOFF,
                1e-10,
                new LogitBudget(1e-11, 1e-11, 0.999, 0.995, 1e-4),
                new LogitBudget(5e-4, 5e-4, 0.98, 0.9, 0.12));
    }

    /**
     * Returns the limits for backends that compute in f32 and keep keys and values in f16: the
     * numbers of a head are off by up to 2^-11 of the largest.
     *
     * <p>Float activations: the random models reach a mean KL of 3e-7 to 7.3e-7 nats with the
     * oracle's choice everywhere. Int8 activations: an error of that size turns more values to the
     * other side of a rounding tie than one of f32, which shows as a KL of 9e-4 to 1.6e-3 and up to
     * 6 ties of 217 positions on models of this size.
     */
    public static Budget float16Cache() {
        return new Budget(
                "f32 products and sums over keys and values kept in f16",
                F32_ROUNDOFF,
                1e-10,
                new CacheBudget(0x1p-11, 1e-6),
                new LogitBudget(2e-6, 2e-6, 0.995, 0.98, 0.02),
                new LogitBudget(3e-3, 3e-3, 0.96, 0.9, 0.5));
    }

    /**
     * Returns the limits for backends that compute in f32 and keep keys and values in 8 bits: the
     * numbers of a head are off by up to 1/254 of the largest.
     *
     * <p>On the random models float activations reach a mean KL of 1.3e-4 to 5.3e-4 nats and up to
     * 8 ties of 217 positions, int8 activations 1.9e-3 to 3.7e-3 nats and as many ties.
     */
    public static Budget int8Cache() {
        return new Budget(
                "f32 products and sums over keys and values kept in 8 bits under a scale a head",
                F32_ROUNDOFF,
                1e-10,
                new CacheBudget(1.0 / 254, 1e-3),
                new LogitBudget(1e-3, 1e-3, 0.95, 0.88, 0.5),
                new LogitBudget(7e-3, 7e-3, 0.94, 0.85, 0.5));
    }
}
