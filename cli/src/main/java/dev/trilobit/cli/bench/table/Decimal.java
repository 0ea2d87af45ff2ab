package dev.trilobit.cli.bench.table;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** Writes numbers with a point, whatever the language of the machine is. */
public final class Decimal {
    private Decimal() {}

    /** Returns {@code value}, which is finite, with {@code digits} after the point. */
    public static String text(double value, int digits) {
        return new BigDecimal(value).setScale(digits, RoundingMode.HALF_EVEN).toPlainString();
    }

    /** Returns {@code value} with one digit after the point, or none from 100 on. */
    public static String brief(double value) {
        return text(value, Math.abs(value) < 100 ? 1 : 0);
    }
}
