package dev.trilobit.api.program;

/** How rotary frequencies are stretched beyond the context a model was first trained on. */
public sealed interface RopeScaling {
    /** Frequencies as they are. */
    record None() implements RopeScaling {}

    /**
     * All frequencies divided by {@code factor} (position interpolation).
     *
     * @param factor positive
     */
    record Linear(double factor) implements RopeScaling {
        public Linear {
            require("linear factor", factor);
        }
    }

    /**
     * Llama 3.1: long wavelengths divided by {@code factor}, short ones kept, a linear blend
     * between. Source: transformers {@code modeling_rope_utils.py}, {@code llama3}.
     *
     * @param factor positive
     * @param lowFrequencyFactor wavelengths over {@code originalContext / lowFrequencyFactor} are
     *     divided
     * @param highFrequencyFactor wavelengths under {@code originalContext / highFrequencyFactor}
     *     are kept; above {@code lowFrequencyFactor}
     * @param originalContext tokens
     */
    record Llama3(
            double factor,
            double lowFrequencyFactor,
            double highFrequencyFactor,
            int originalContext)
            implements RopeScaling {
        public Llama3 {
            require("llama3 factor", factor);
            require("llama3 low_freq_factor", lowFrequencyFactor);
            require("llama3 original context", originalContext);
            if (!(highFrequencyFactor > lowFrequencyFactor)) {
                throw new IllegalArgumentException(
                        "llama3 high_freq_factor must be above low_freq_factor %s, got %s"
                                .formatted(lowFrequencyFactor, highFrequencyFactor));
            }
        }
    }

    /**
     * YaRN (arXiv 2309.00071): interpolates low frequencies, keeps high ones, a linear ramp
     * between, and multiplies cosine and sine by {@code attentionFactor}.
     *
     * @param factor positive
     * @param originalContext tokens
     * @param betaFast rotations over the original context above which a frequency is kept
     * @param betaSlow rotations below which a frequency is divided by {@code factor}
     * @param attentionFactor positive; {@link #defaultAttentionFactor} unless the model says else
     */
    record Yarn(
            double factor,
            int originalContext,
            double betaFast,
            double betaSlow,
            double attentionFactor)
            implements RopeScaling {
        public Yarn {
            require("yarn factor", factor);
            require("yarn original context", originalContext);
            require("yarn beta_slow", betaSlow);
            require("yarn attention factor", attentionFactor);
            if (!(betaFast > betaSlow)) {
                throw new IllegalArgumentException(
                        "yarn beta_fast must be above beta_slow %s, got %s"
                                .formatted(betaSlow, betaFast));
            }
        }

        /** Returns {@code 0.1 ln(factor) + 1}, or 1 for factors up to 1. */
        public static double defaultAttentionFactor(double factor) {
            return factor <= 1 ? 1 : 0.1 * Math.log(factor) + 1;
        }
    }

    private static void require(String what, double value) {
        if (!(value > 0) || Double.isInfinite(value)) {
            throw new IllegalArgumentException(
                    "%s must be positive, got %s".formatted(what, value));
        }
    }
}
