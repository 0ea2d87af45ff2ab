package dev.trilobit.model.hub;

import java.net.URI;
import java.util.Locale;
import java.util.Optional;

/** Scheme, host and port: who may see a token. */
record Origin(String scheme, String host, int port) {
    static Origin of(URI uri) {
        String scheme = lower(uri.getScheme());
        int standard = scheme.equals("https") ? 443 : 80;
        return new Origin(
                scheme, lower(uri.getHost()), uri.getPort() < 0 ? standard : uri.getPort());
    }

    /** Tells whether this is an address to send requests to. */
    static boolean isWeb(URI uri) {
        String scheme = lower(uri.getScheme());
        return (scheme.equals("http") || scheme.equals("https")) && uri.getHost() != null;
    }

    @SuppressWarnings("NullAway") // parts of a URI may be absent
    private static String lower(String part) {
        return Optional.ofNullable(part).orElse("").toLowerCase(Locale.ROOT);
    }
}
