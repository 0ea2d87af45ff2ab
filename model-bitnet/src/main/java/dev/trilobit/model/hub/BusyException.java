package dev.trilobit.model.hub;

import java.io.IOException;
import java.net.http.HttpHeaders;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The server said that the same request may succeed later. */
final class BusyException extends IOException {
    private static final long serialVersionUID = 1;
    private static final Set<Integer> STATUSES = Set.of(408, 429, 500, 502, 503, 504);

    /** As in draft-ietf-httpapi-ratelimit-headers: none left, and seconds until there are more. */
    private static final Pattern RATE_LIMIT =
            Pattern.compile("r\\s*=\\s*0\\s*;\\s*t\\s*=\\s*(\\d{1,9})");

    private final Duration retryAfter;

    BusyException(String host, int status, HttpHeaders headers) {
        super("%s answered %d".formatted(host, status));
        this.retryAfter = retryAfter(headers);
    }

    static boolean isBusy(int status) {
        return STATUSES.contains(status);
    }

    /** Returns how long the server asks to wait; zero if it does not say. */
    Duration retryAfter() {
        return retryAfter;
    }

    private static Duration retryAfter(HttpHeaders headers) {
        String value = headers.firstValue("Retry-After").orElse("").strip();
        if (value.matches("\\d{1,9}")) {
            return Duration.ofSeconds(Long.parseLong(value));
        }
        Matcher limit = RATE_LIMIT.matcher(headers.firstValue("RateLimit").orElse(""));
        if (limit.find()) {
            return Duration.ofSeconds(Long.parseLong(limit.group(1)));
        }
        try {
            var date = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME);
            Duration wait = Duration.between(ZonedDateTime.now(date.getZone()), date);
            return wait.isPositive() ? wait : Duration.ZERO;
        } catch (DateTimeException _) {
            return Duration.ZERO;
        }
    }
}
