package dev.trilobit.model.hub;

import java.io.IOException;
import java.net.ProxySelector;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What environment variables say about hub, token, cache and proxies: the same variables with the
 * same precedence as for huggingface_hub ({@code constants.py}), so that what is set for other
 * programs holds here too.
 */
public final class HubEnvironment {
    private static final String PUBLIC_HUB = "https://huggingface.co";
    private static final Set<String> TRUE = Set.of("1", "ON", "YES", "TRUE");
    private static final Pattern VARIABLE = Pattern.compile("\\$(?:\\{(\\w+)}|(\\w+))");
    private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7E]+");

    private final Map<String, String> variables;
    private final Path home;
    private final boolean javaHasProxies;
    private final String endpoint;

    private HubEnvironment(
            Map<String, String> variables, Path home, boolean javaHasProxies, String endpoint) {
        this.variables = Map.copyOf(variables);
        this.home = home;
        this.javaHasProxies = javaHasProxies;
        this.endpoint = endpoint;
    }

    /** Returns what this process was started with. */
    public static HubEnvironment ofProcess() {
        boolean javaHasProxies =
                System.getProperty("http.proxyHost") != null
                        || System.getProperty("https.proxyHost") != null
                        || Boolean.parseBoolean(System.getProperty("java.net.useSystemProxies"));
        return new HubEnvironment(
                System.getenv(), Path.of(System.getProperty("user.home")), javaHasProxies, "");
    }

    /**
     * Returns what {@code variables} say.
     *
     * @param home folder of the user
     */
    public static HubEnvironment of(Map<String, String> variables, Path home) {
        return new HubEnvironment(variables, home, false, "");
    }

    /**
     * Returns the same with another hub.
     *
     * @throws HubException if it is no http or https address
     */
    public HubEnvironment withEndpoint(String other) {
        var changed = new HubEnvironment(variables, home, javaHasProxies, other);
        changed.endpoint();
        return changed;
    }

    /**
     * Returns the hub's address, without a slash at its end: {@code HF_ENDPOINT}.
     *
     * @throws HubException if it is no http or https address
     */
    public URI endpoint() {
        String text = endpoint.isEmpty() ? variable("HF_ENDPOINT").orElse(PUBLIC_HUB) : endpoint;
        String trimmed = text.strip().replaceAll("/+$", "");
        try {
            URI uri = URI.create(trimmed);
            if (Origin.isWeb(uri) && uri.getQuery() == null && uri.getUserInfo() == null) {
                return uri;
            }
        } catch (IllegalArgumentException _) {
            // Said below.
        }
        throw new HubException(
                "the hub's address must look like https://HOST, got '%s'%s"
                        .formatted(
                                HubPath.printable(text),
                                endpoint.isEmpty() ? "; see HF_ENDPOINT" : ""));
    }

    /**
     * Returns the user's token: {@code HF_TOKEN}, {@code HUGGING_FACE_HUB_TOKEN}, or the file that
     * {@code hf auth login} writes; none with {@code HF_HUB_DISABLE_IMPLICIT_TOKEN}.
     *
     * @throws HubException if it cannot be read or be sent; the message does not show it
     */
    public Optional<String> token() {
        if (flag("HF_HUB_DISABLE_IMPLICIT_TOKEN")) {
            return Optional.empty();
        }
        Optional<String> found =
                variable("HF_TOKEN")
                        .or(() -> variable("HUGGING_FACE_HUB_TOKEN"))
                        .or(this::tokenOfFile)
                        .map(String::strip)
                        .filter(token -> !token.isEmpty());
        if (found.isPresent() && !TOKEN.matcher(found.get()).matches()) {
            throw new HubException(
                    "the token in HF_TOKEN or %s has blanks or other characters that no token has"
                            .formatted(tokenFile()));
        }
        return found;
    }

    /** Returns the file that may hold the token: {@code HF_TOKEN_PATH}, or in {@code HF_HOME}. */
    public Path tokenFile() {
        return variable("HF_TOKEN_PATH").map(this::path).orElseGet(() -> home().resolve("token"));
    }

    private Optional<String> tokenOfFile() {
        try {
            return Optional.of(Files.readString(tokenFile()));
        } catch (NoSuchFileException _) {
            return Optional.empty();
        } catch (IOException e) {
            throw new HubException(
                    "the token in %s cannot be read: %s".formatted(tokenFile(), e), e);
        }
    }

    /**
     * Returns the folder of the cache: {@code HF_HUB_CACHE}, {@code HUGGINGFACE_HUB_CACHE}, {@code
     * $HF_HOME/hub}, {@code $XDG_CACHE_HOME/huggingface/hub} or {@code ~/.cache/huggingface/hub}.
     */
    public Path cacheFolder() {
        return variable("HF_HUB_CACHE")
                .or(() -> variable("HUGGINGFACE_HUB_CACHE"))
                .map(this::path)
                .orElseGet(() -> home().resolve("hub"));
    }

    private Path home() {
        return variable("HF_HOME")
                .map(this::path)
                .orElseGet(
                        () ->
                                variable("XDG_CACHE_HOME")
                                        .map(this::path)
                                        .orElseGet(() -> home.resolve(".cache"))
                                        .resolve("huggingface"));
    }

    /** Tells whether the network must be left alone: {@code HF_HUB_OFFLINE}. */
    public boolean offline() {
        return variable("HF_HUB_OFFLINE").isPresent()
                ? flag("HF_HUB_OFFLINE")
                : flag("TRANSFORMERS_OFFLINE");
    }

    /** Tells whether the cache may hold links: not with {@code HF_HUB_DISABLE_SYMLINKS}. */
    boolean mayLink() {
        return !flag("HF_HUB_DISABLE_SYMLINKS");
    }

    /** Returns Java's own choice of proxies if it was given one, else that of the environment. */
    ProxySelector proxies() {
        return javaHasProxies ? ProxySelector.getDefault() : environmentProxies();
    }

    /** Returns what the proxy on the way to {@code uri} wants to know of the user. */
    Optional<String> proxyAuthorization(URI uri) {
        return javaHasProxies ? Optional.empty() : environmentProxies().authorization(uri);
    }

    private EnvironmentProxies environmentProxies() {
        return new EnvironmentProxies(
                name -> variable(name).or(() -> variable(name.toUpperCase(Locale.ROOT))));
    }

    private boolean flag(String name) {
        return TRUE.contains(variable(name).orElse("").toUpperCase(Locale.ROOT));
    }

    private Optional<String> variable(String name) {
        return Optional.ofNullable(variables.get(name)).filter(value -> !value.isBlank());
    }

    private Path path(String text) {
        String expanded =
                text.equals("~") || text.startsWith("~/") ? home + text.substring(1) : text;
        return Path.of(
                VARIABLE.matcher(expanded)
                        .replaceAll(match -> Matcher.quoteReplacement(value(match.group()))));
    }

    /** As a shell would, but an unknown variable stays as it is written. */
    private String value(String reference) {
        String name = reference.replaceAll("[${}]", "");
        return variables.getOrDefault(name, reference);
    }
}
