package dev.trilobit.model.convert;

import java.util.List;

/**
 * A model cannot become what was asked for; the message has every reason that was found, with the
 * tensor it is about. Nothing was written.
 */
public final class ConversionRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;
    private static final int MOST_SHOWN = 10;

    /** Reports one reason. */
    ConversionRefusedException(String reason) {
        super(reason);
    }

    /** Reports one reason and what it was seen by. */
    ConversionRefusedException(String reason, Throwable cause) {
        super(reason, cause);
    }

    /**
     * Reports all reasons.
     *
     * @param what cannot be done
     * @param reasons at least one
     */
    ConversionRefusedException(String what, List<String> reasons) {
        super(what + ": " + joined(reasons));
    }

    private static String joined(List<String> reasons) {
        List<String> shown = reasons.subList(0, Math.min(MOST_SHOWN, reasons.size()));
        String text =
                reasons.size() == 1 ? reasons.getFirst() : "\n  - " + String.join("\n  - ", shown);
        return reasons.size() > MOST_SHOWN
                ? "%s%n  - and %d more".formatted(text, reasons.size() - MOST_SHOWN)
                : text;
    }
}
