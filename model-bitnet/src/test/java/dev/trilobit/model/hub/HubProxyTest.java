package dev.trilobit.model.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class HubProxyTest {
    private static final String LISTING =
            "{\"sha\": \"%s\", \"siblings\": []}".formatted(FakeHub.COMMIT);

    @TempDir private Path home;

    private static String proxy(Map<String, String> variables, String target) {
        var environment = HubEnvironment.of(variables, Path.of("/home"));
        Proxy proxy = environment.proxies().select(URI.create(target)).getFirst();
        return proxy.type() == Proxy.Type.DIRECT ? "direct" : String.valueOf(proxy.address());
    }

    @ParameterizedTest
    @CsvSource({
        "https_proxy, https://hub.example/, 3128",
        "HTTPS_PROXY, https://hub.example/, 3128",
        "all_proxy, https://hub.example/, 3128",
        "ALL_PROXY, http://hub.example/, 3128",
        "http_proxy, http://hub.example/, 3128",
        "http_proxy, https://hub.example/, direct",
        "https_proxy, http://hub.example/, direct"
    })
    void variablesNameTheProxyOfAScheme(String variable, String target, String expected) {
        String found = proxy(Map.of(variable, "http://proxy.example:3128"), target);
        assertTrue(found.endsWith(expected), found);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "hub.example | direct",
                ".example | direct",
                "*.example | direct",
                "example | direct",
                "* | direct",
                "other, HUB.example | direct",
                "hub.example:443 | direct",
                "hub.example:80 | 3128",
                "b.example | 3128",
                "ub.example | 3128",
                "'' | 3128"
            })
    void exceptionsGoDirectly(String exceptions, String expected) {
        Map<String, String> variables =
                Map.of("https_proxy", "proxy.example:3128", "no_proxy", exceptions);
        String found = proxy(variables, "https://hub.example/");
        assertTrue(found.endsWith(expected), found);
    }

    @ParameterizedTest
    @ValueSource(strings = {"socks5://user:pass@host:1080", "https://host:3128", "http://", "a b"})
    void otherProxiesAreRefusedWithoutShowingThem(String value) {
        String message =
                String.valueOf(
                        assertThrows(
                                        HubException.class,
                                        () -> proxy(Map.of("https_proxy", value), "https://hub/"))
                                .getMessage());
        assertTrue(message.contains("expected http://HOST:PORT"), message);
        assertFalse(message.contains("pass"), message);
    }

    /** What a proxy heard: the request line's target and who asks. */
    private record Heard(URI target, String user, String token) {}

    @Test
    void requestsGoThroughTheProxyWithUserAndToken() throws IOException {
        List<Heard> heard = new CopyOnWriteArrayList<>();
        HttpServer proxy =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        proxy.createContext(
                "/",
                exchange -> {
                    try (exchange) {
                        heard.add(
                                new Heard(
                                        exchange.getRequestURI(),
                                        header(
                                                exchange.getRequestHeaders()
                                                        .getFirst("Proxy-Authorization")),
                                        header(
                                                exchange.getRequestHeaders()
                                                        .getFirst("Authorization"))));
                        byte[] body = LISTING.getBytes(StandardCharsets.UTF_8);
                        exchange.sendResponseHeaders(200, body.length);
                        exchange.getResponseBody().write(body);
                    }
                });
        proxy.start();
        try (HubClient client =
                HubClient.open(
                        HubEnvironment.of(
                                Map.of(
                                        "HF_ENDPOINT",
                                        "http://hub.example",
                                        "HF_TOKEN",
                                        "hf_secret",
                                        "http_proxy",
                                        "http://Aladdin:open%20sesame@localhost:"
                                                + proxy.getAddress().getPort()),
                                home),
                        HubTestCase.HASTY)) {
            client.list(HubTestCase.REPOSITORY, "main", _ -> {});
        } finally {
            proxy.stop(0);
        }
        // RFC 7617's example.
        var expected =
                new Heard(
                        URI.create(
                                "http://hub.example/api/models/some/model/revision/main?blobs=true"),
                        "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
                        "Bearer hf_secret");
        assertEquals(List.of(expected), heard);
    }

    private static String header(@org.jspecify.annotations.Nullable String value) {
        return Optional.ofNullable(value).orElse("");
    }
}
