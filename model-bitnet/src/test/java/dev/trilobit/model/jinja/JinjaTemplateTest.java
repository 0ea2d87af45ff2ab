package dev.trilobit.model.jinja;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Expected texts come from real Jinja2, see record_templates.py. */
class JinjaTemplateTest {
    static final Clock CLOCK = Clock.fixed(Instant.parse("2026-03-09T14:05:07Z"), ZoneOffset.UTC);
    private static final JsonNode RECORDED = recorded();

    private static JsonNode recorded() {
        try (InputStream in =
                JinjaTemplateTest.class.getResourceAsStream("/text/templates-recorded.json")) {
            return JsonMapper.shared().readTree(Objects.requireNonNull(in));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @TestFactory
    Stream<DynamicTest> snippetsRenderAsRecorded() {
        Map<String, JinjaValue> variables = variables(RECORDED.path("variables"));
        return elements("snippets")
                .map(
                        snippet -> {
                            String source = snippet.path("source").asString();
                            return DynamicTest.dynamicTest(
                                    source.replace('\n', ' '),
                                    () -> {
                                        if (snippet.path("fails").asBoolean(false)) {
                                            assertThrows(
                                                    JinjaException.class,
                                                    () -> render(source, variables));
                                        } else {
                                            assertEquals(
                                                    snippet.path("expected").asString(),
                                                    render(source, variables));
                                        }
                                    });
                        });
    }

    @TestFactory
    Stream<DynamicTest> realTemplatesRenderAsRecorded() {
        return elements("chats")
                .map(
                        chat -> {
                            String name = chat.path("template").asString();
                            String source = RECORDED.path("templates").path(name).asString();
                            return DynamicTest.dynamicTest(
                                    name + " " + chat.path("variables"),
                                    () ->
                                            assertEquals(
                                                    chat.path("expected").asString(),
                                                    render(
                                                            source,
                                                            variables(chat.path("variables")))));
                        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% for i in range(3000000) %}{% endfor %}",
                "{% for a in range(2000) %}{% for b in range(2000) %}{% endfor %}{% endfor %}",
                "{{ 'x' * 1000000000 }}",
                "{{ '' * 9000000000000000000 }}{{ [0] * 9000000000 }}",
                "{% set ns = namespace(s='x') %}{% for i in range(64) %}"
                        + "{% set ns.s = ns.s + ns.s %}{% endfor %}",
                "{% set ns = namespace(s=[0]) %}{% for i in range(64) %}"
                        + "{% set ns.s = ns.s + ns.s %}{% endfor %}",
                "{% set ns = namespace(s=[0]) %}{% for i in range(64) %}"
                        + "{% set ns.s = [ns.s, ns.s] %}{% endfor %}{{ ns.s }}",
                "{% set ns = namespace(s=[0], t=[0]) %}{% for i in range(64) %}"
                        + "{% set ns.s = [ns.s, ns.s] %}{% set ns.t = [ns.t, ns.t] %}"
                        + "{% endfor %}{{ ns.s == ns.t }}",
                "{% set ns = namespace(s=0) %}{% for i in range(10000) %}"
                        + "{% set ns.s = [ns.s] %}{% endfor %}{{ ns.s | tojson }}",
                "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
                "{% macro m() %}{{ m() ~ m() }}{% endmacro %}{{ m() }}",
                "{{ 2 ** 99999999999 }}",
                "{{ 0 ** 99999999999 }}{{ 1 ** 99999999999 }}",
                "{{ ('x' * 1000000) | replace('', 'y' * 1000) }}",
                "{% set s = 'x' * 1000000 %}{% for i in range(100000) %}"
                        + "{% set b = 'y' in s %}{% endfor %}",
                "{{ ('a\n' * 1000000) | indent(1000) }}",
                "{% set ns = namespace() %}{% set ns.a = ns %}{{ {ns: 1} }}",
            })
    void hostileTemplatesEndInAnException(String source) {
        assertThrows(JinjaException.class, () -> render(source, Map.of()));
    }

    @Test
    void deepNestingIsRefusedBeforeTheStackEnds() {
        for (String source :
                List.of(
                        "{{ " + "(".repeat(50_000) + "1" + ")".repeat(50_000) + " }}",
                        "{{ " + "[".repeat(50_000) + "]".repeat(50_000) + " }}",
                        "{{ " + "-".repeat(50_000) + "1 }}",
                        "{{ " + "not ".repeat(50_000) + "1 }}",
                        "{{ " + "1 if 1 else ".repeat(50_000) + "1 }}",
                        "{{ 1" + " + 1".repeat(50_000) + " }}",
                        "{{ 1" + " | abs".repeat(50_000) + " }}",
                        "{{ x" + ".y".repeat(50_000) + " }}",
                        "{% if 1 %}".repeat(50_000) + "{% endif %}".repeat(50_000),
                        "{% if 1 %}" + "{% elif 1 %}".repeat(50_000) + "{% endif %}")) {
            assertThrows(JinjaException.class, () -> render(source, Map.of()));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "{{ x.y }}; line 1: 'x' is undefined",
                "{% include 'a' %}; line 1: the tag 'include' is not supported here",
                "{{ 1 | wordwrap }}; line 1: the filter 'wordwrap' is not supported",
                "{{ 1 is odder }}; line 1: the test 'odder' is not supported",
                "{{ f(*a) }}; line 1: unpacking arguments with * is not supported",
                "{% for a in b recursive %}{% endfor %}; line 1: recursive loops are not supported",
                "{{ raise_exception('bad roles') }}; line 1: the template refuses: bad roles",
                "{{ list }; line 1: unexpected '}'",
                "{{ 1 + }}; line 1: expected an expression, got '}}'",
                "{% if 1 %}; line 1: expected one of [elif, else, endif], got the end of the template",
            })
    void messagesSayWhereAndWhat(String source, String expected) {
        var e = assertThrows(JinjaException.class, () -> render(source, Map.of()));
        assertEquals(expected, e.getMessage());
    }

    @Test
    void theLineIsThatOfTheFault() {
        var e =
                assertThrows(
                        JinjaException.class,
                        () ->
                                render(
                                        "a\n{% if true %}\n\n  {{ 1 | nope }}\n{% endif %}",
                                        Map.of()));
        assertEquals(4, e.line());
        assertTrue(e.toString().contains("line 4"), e.toString());
    }

    private static Stream<JsonNode> elements(String name) {
        return StreamSupport.stream(RECORDED.path(name).spliterator(), false);
    }

    private static String render(String source, Map<String, JinjaValue> variables) {
        return JinjaTemplate.parse(source).render(variables, CLOCK).string();
    }

    private static Map<String, JinjaValue> variables(JsonNode object) {
        Map<String, JinjaValue> variables = new LinkedHashMap<>();
        object.properties().forEach(e -> variables.put(e.getKey(), value(e.getValue())));
        return variables;
    }

    private static JinjaValue value(JsonNode node) {
        if (node.isString()) {
            return JinjaValue.Text.of(node.asString());
        }
        if (node.isBoolean()) {
            return JinjaValue.of(node.asBoolean());
        }
        if (node.isIntegralNumber()) {
            return new JinjaValue.Int(node.asLong());
        }
        if (node.isNumber()) {
            return new JinjaValue.Real(node.asDouble());
        }
        if (node.isArray()) {
            List<JinjaValue> items = new ArrayList<>();
            node.forEach(item -> items.add(value(item)));
            return JinjaValue.list(items);
        }
        if (node.isObject()) {
            Map<JinjaValue, JinjaValue> entries = new LinkedHashMap<>();
            node.properties()
                    .forEach(e -> entries.put(JinjaValue.Text.of(e.getKey()), value(e.getValue())));
            return new JinjaValue.Dict(entries);
        }
        return JinjaValue.NONE;
    }
}
