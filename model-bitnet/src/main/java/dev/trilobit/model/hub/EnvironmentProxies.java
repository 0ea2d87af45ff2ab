package dev.trilobit.model.hub;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * The proxies that {@code https_proxy}, {@code http_proxy}, {@code all_proxy} and {@code no_proxy}
 * name, in the usual forms: {@code http://user:password@host:port}, and for {@code no_proxy} names
 * of hosts or domains with commas between them, or {@code *}.
 */
final class EnvironmentProxies extends ProxySelector {
    private static final int STANDARD_PORT = 80;

    private final Function<String, Optional<String>> variables;

    /**
     * Reads them when they are needed.
     *
     * @param variables finds one by its name in lower case
     */
    EnvironmentProxies(Function<String, Optional<String>> variables) {
        this.variables = variables;
    }

    @Override
    public List<Proxy> select(URI uri) {
        Optional<URI> proxy = proxy(uri);
        if (proxy.isEmpty() || isExcepted(uri)) {
            return List.of(Proxy.NO_PROXY);
        }
        int port = proxy.get().getPort() < 0 ? STANDARD_PORT : proxy.get().getPort();
        return List.of(
                new Proxy(Proxy.Type.HTTP, new InetSocketAddress(proxy.get().getHost(), port)));
    }

    /**
     * Returns what a proxy on the way to {@code uri} wants to know of the user: the value of {@code
     * Proxy-Authorization}. It is sent at once and not by an {@link java.net.Authenticator}, in
     * whose presence the client drops the hub's token.
     */
    Optional<String> authorization(URI uri) {
        if (isExcepted(uri)) {
            return Optional.empty();
        }
        return proxy(uri)
                .filter(proxy -> proxy.getRawUserInfo() != null)
                .map(proxy -> decode(proxy.getRawUserInfo()).getBytes(StandardCharsets.UTF_8))
                .map(user -> "Basic " + Base64.getEncoder().encodeToString(user));
    }

    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private Optional<URI> proxy(URI target) {
        return variables
                .apply(target.getScheme().toLowerCase(Locale.ROOT) + "_proxy")
                .or(() -> variables.apply("all_proxy"))
                .map(EnvironmentProxies::parse);
    }

    /** The address is not shown: it may hold a password. */
    private static URI parse(String text) {
        try {
            URI uri = URI.create(text.contains("://") ? text.strip() : "http://" + text.strip());
            if (uri.getHost() != null && uri.getScheme().equalsIgnoreCase("http")) {
                return uri;
            }
        } catch (IllegalArgumentException _) {
            // Said below.
        }
        throw new HubException(
                "https_proxy, http_proxy or all_proxy: expected http://HOST:PORT; proxies of other"
                        + " kinds cannot be used here (except the hub with no_proxy=HOST)");
    }

    private boolean isExcepted(URI target) {
        String host = target.getHost().toLowerCase(Locale.ROOT);
        int port = Origin.of(target).port();
        for (String entry : variables.apply("no_proxy").orElse("").split(",", -1)) {
            String name = entry.strip().toLowerCase(Locale.ROOT);
            if (name.endsWith(":" + port)) {
                name = name.substring(0, name.lastIndexOf(':'));
            }
            String domain = name.replaceFirst("^\\*?\\.", "");
            boolean within = host.equals(domain) || host.endsWith("." + domain);
            if (name.equals("*") || (!domain.isEmpty() && within)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException problem) {
        // The request that failed reports it.
    }
}
