package dev.trilobit.cli.conform;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Makes the page: one file that holds its data, its scripts and its style. */
final class ReportPage {
    private static final String D3 = "/META-INF/resources/webjars/d3/7.9.0/";
    private static final Pattern PLACE = Pattern.compile("@@([a-z0-9-]+)@@");

    /** In one scope, each may use what is before it at once and what is after it later. */
    private static final List<String> SCRIPTS =
            List.of("report-table.js", "report-axes.js", "report-plots.js", "report-page.js");

    private ReportPage() {}

    /**
     * Returns the page.
     *
     * @param json the report as {@link ReportJson} has it
     */
    static String html(String json) {
        Map<String, String> parts =
                Map.of(
                        "css", resource("report.css"),
                        "js", script(),
                        "d3", resource(D3 + "dist/d3.min.js"),
                        "d3-license", resource(D3 + "LICENSE").strip(),
                        // In JSON this sign is in strings only; it could end the script element.
                        "json", json.replace("<", "\\u003c"));
        // One pass: what is put in is not looked at again.
        return PLACE.matcher(resource("report.html"))
                .replaceAll(place -> Matcher.quoteReplacement(part(parts, place.group(1))));
    }

    private static String script() {
        return SCRIPTS.stream().map(ReportPage::resource).collect(Collectors.joining("\n"));
    }

    private static String part(Map<String, String> parts, String name) {
        String part = parts.get(name);
        if (part == null) {
            throw new IllegalStateException("report.html names a part that is not known: " + name);
        }
        return part;
    }

    private static String resource(String name) {
        try (InputStream in = ReportPage.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the resource %s is missing".formatted(name));
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
