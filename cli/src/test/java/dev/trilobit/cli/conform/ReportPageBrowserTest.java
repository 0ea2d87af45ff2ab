package dev.trilobit.cli.conform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.trilobit.cli.CommandRun;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The page in a browser; runs with the Maven profile {@code browser} and needs Chromium. */
@Tag("browser")
class ReportPageBrowserTest {
    private static final int HEIGHT = 900;

    @TempDir private static Path folder;

    private static ChromeDriver browser;
    private static Page sample;
    private static Page real;

    /**
     * A report in a file.
     *
     * @param name for messages
     */
    record Page(String name, JsonNode data, String address) {
        Stream<JsonNode> checks() {
            return data.get("backends")
                    .valueStream()
                    .filter(backend -> backend.has("checks"))
                    .flatMap(backend -> backend.get("checks").valueStream());
        }

        Stream<JsonNode> agreements() {
            return checks().flatMap(check -> check.get("agreements").valueStream());
        }

        long positions() {
            return agreements().mapToLong(one -> one.get("positions").get("position").size()).sum();
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static Stream<Page> pages() {
        return Stream.of(sample, real);
    }

    @BeforeAll
    static void open() throws IOException {
        String json =
                JsonMapper.shared().writeValueAsString(ReportJson.object(SampleReport.report()));
        Path page = Files.writeString(folder.resolve("sample.html"), ReportPage.html(json));
        sample = new Page("sample", JsonMapper.shared().readTree(json), page.toUri().toString());
        real = realRun();
        var logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        logs.enable(LogType.PERFORMANCE, Level.ALL);
        var options = new ChromeOptions();
        options.setBinary(program("chromium", "chromium-browser", "google-chrome"));
        options.addArguments("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run");
        options.setCapability("goog:loggingPrefs", logs);
        // With the driver given, nothing is looked for elsewhere.
        browser =
                new ChromeDriver(
                        new ChromeDriverService.Builder()
                                .usingDriverExecutable(program("chromedriver"))
                                .build(),
                        options);
    }

    /** What a run writes, so that names and fields that are only in true reports are seen. */
    private static Page realRun() throws IOException {
        Path out = folder.resolve("real");
        CommandRun run =
                CommandRun.of(
                        "conform",
                        "--contracts",
                        "op,model",
                        "--chunks",
                        "2",
                        "--out",
                        out.toString());
        assertEquals(0, run.code(), run.err());
        return new Page(
                "real",
                JsonMapper.shared().readTree(Files.readString(out.resolve("conformance.json"))),
                out.resolve("conformance.html").toUri().toString());
    }

    private static File program(String... names) {
        String path = System.getenv().getOrDefault("PATH", "");
        return Arrays.stream(names)
                .flatMap(
                        name ->
                                Arrays.stream(path.split(File.pathSeparator))
                                        .map(bin -> new File(bin, name)))
                .filter(File::canExecute)
                .findFirst()
                .orElseGet(
                        () ->
                                fail(
                                        "the profile browser needs %s on the PATH: install the packages chromium and chromium-driver"
                                                .formatted(String.join(" or ", names))));
    }

    @AfterAll
    static void close() {
        if (browser != null) {
            browser.quit();
        }
    }

    @BeforeEach
    void atDesk() {
        show(sample, 1200, "light");
    }

    /** Loads the page anew as a screen of a width and a colour scheme shows it. */
    private static void show(Page page, int width, String scheme) {
        browser.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", HEIGHT, "deviceScaleFactor", 1, "mobile", false));
        browser.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of(
                        "features",
                        List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
        browser.get(page.address());
        script("document.querySelectorAll('details').forEach(d => d.open = true)");
    }

    private static Object script(String script) {
        Object result = browser.executeScript(script);
        return result == null ? "" : result;
    }

    private static long count(String selector) {
        return (Long) script("return document.querySelectorAll('%s').length".formatted(selector));
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyPositionIsAMarkAndIsInOneBin(Page page) {
        show(page, 1200, "light");
        long positions = page.positions();
        assertTrue(positions > 0);
        assertEquals(positions, count(".mark-kl"));
        assertEquals(
                positions,
                script(
                        "return [...document.querySelectorAll('.mark-bin')]"
                                + ".reduce((sum, bin) => sum + Number(bin.dataset.count), 0)"));
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everySequenceIsAMark(Page page) {
        show(page, 1200, "light");
        long sequences = page.agreements().mapToLong(one -> one.get("top1_by_chunk").size()).sum();
        assertTrue(sequences > 0);
        assertEquals(sequences, count(".mark-chunk"));
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyErrorOfAnOpIsAMark(Page page) {
        show(page, 1200, "light");
        long errors =
                page.checks()
                        .filter(check -> check.get("contract").asString().equals("op"))
                        .flatMap(check -> check.get("measurements").valueStream())
                        .filter(one -> one.get("bound").asString().equals("at_most"))
                        .count();
        assertTrue(errors > 0);
        assertEquals(errors, count(".mark-op"));
    }

    /** By model and path: the limits of the gates, and of the lines that are drawn. */
    @ParameterizedTest
    @MethodSource("pages")
    void everyLimitOfAPlottedFigureIsALine(Page page) {
        show(page, 1200, "light");
        List<String> expected =
                page.checks()
                        .flatMap(
                                check ->
                                        check.get("agreements")
                                                .valueStream()
                                                .flatMap(one -> limits(check, one)))
                        .sorted()
                        .toList();
        assertEquals(page.agreements().count() * 2, expected.size());
        Object drawn =
                script(
                        """
                        return [...document.querySelectorAll('details.model')].flatMap(model =>
                            [...model.querySelectorAll('line.limit[data-paths]')].flatMap(line =>
                                line.dataset.paths.split(', ').map(path =>
                                    model.querySelector('summary strong').textContent.trim() + ' '
                                        + path + ' ' + Number(line.dataset.limit).toExponential(6))));
                        """);
        assertEquals(expected, ((List<?>) drawn).stream().map(String::valueOf).sorted().toList());
    }

    private static Stream<String> limits(JsonNode check, JsonNode agreement) {
        String path = agreement.get("path").asString();
        List<String> plotted =
                List.of(
                        path + ": KL(oracle || backend), mean nats",
                        path + ": top-1 share of the worst sequence");
        return check.get("measurements")
                .valueStream()
                .filter(gate -> plotted.contains(gate.get("name").asString()))
                .map(
                        gate ->
                                "%s %s %s"
                                        .formatted(
                                                check.get("check").asString(),
                                                path,
                                                exponential(gate.get("limit").doubleValue())));
    }

    /** As JavaScript's toExponential(6) has it. */
    private static String exponential(double value) {
        return new DecimalFormat("0.000000E0", DecimalFormatSymbols.getInstance(Locale.ROOT))
                .format(value)
                .replaceFirst("E(?!-)", "e+")
                .replace("E", "e");
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyLimitOfAnOpIsALine(Page page) {
        show(page, 1200, "light");
        long limits =
                page.checks()
                        .filter(check -> check.get("contract").asString().equals("op"))
                        .flatMap(check -> check.get("measurements").valueStream())
                        .filter(one -> one.get("bound").asString().equals("at_most"))
                        .filter(one -> one.get("limit").doubleValue() > 0)
                        .map(one -> one.get("name").asString() + one.get("limit"))
                        .distinct()
                        .count();
        assertTrue(limits > 0);
        assertEquals(limits, count("line.limit[data-limit]:not([data-paths])"));
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyMarkSaysWhatItIsAndLiesInsideItsPlot(Page page) {
        show(page, 1200, "light");
        assertEquals(
                "",
                script(
                        """
                        for (const mark of document.querySelectorAll('[class*="mark-"]')) {
                            const plot = mark.ownerSVGElement.getBoundingClientRect();
                            const box = mark.getBoundingClientRect();
                            if (!mark.querySelector('title')?.textContent) return 'no title: ' + mark.outerHTML;
                            if (!(box.left >= plot.left && box.right <= plot.right
                                && box.top >= plot.top && box.bottom <= plot.bottom)) {
                                return 'outside: ' + mark.outerHTML;
                            }
                        }
                        """));
    }

    @Test
    void zerosNegativesAndNansHaveBandsOfTheirOwn() {
        long outside =
                (Long)
                        script(
                                """
                                const plot = [...document.querySelectorAll('svg.plot')]
                                    .find(svg => svg.getAttribute('aria-label').includes('embedded:bitnet'));
                                const bands = [...plot.querySelectorAll('.floor')]
                                    .map(band => band.getBoundingClientRect());
                                return [...plot.querySelectorAll('.mark-kl')].filter(mark => {
                                    const y = mark.getBoundingClientRect().top;
                                    return bands.some(band => y > band.top && y < band.bottom);
                                }).length;
                                """);
        long expected =
                sample.checks()
                        .filter(check -> check.has("model"))
                        .flatMap(check -> check.get("agreements").valueStream())
                        .flatMap(one -> one.get("positions").get("kl_forward").valueStream())
                        .filter(value -> value.isString() || value.doubleValue() <= 0)
                        .count();
        assertEquals(SampleReport.CHUNKS + 1, expected);
        assertEquals(expected, outside);
    }

    @ParameterizedTest
    @ValueSource(ints = {360, 400, 800, 1200, 1900})
    void plotsHaveSizeAndThePageFitsTheScreen(int width) {
        show(sample, width, "light");
        assertEquals(
                "",
                script(
                        """
                        const plots = [...document.querySelectorAll('svg.plot')];
                        if (plots.length < 7) return 'plots: ' + plots.length;
                        for (const plot of plots) {
                            const box = plot.getBoundingClientRect();
                            if (!(box.width >= 250 && box.height >= 100)) return 'small: ' + box.width;
                            if (!(box.left >= 0 && box.right <= innerWidth)) return 'outside: ' + box.right;
                            for (const words of plot.querySelectorAll('text')) {
                                const text = words.getBoundingClientRect();
                                if (text.left < box.left - 1 || text.right > box.right + 1
                                    || text.top < box.top - 1 || text.bottom > box.bottom + 1) {
                                    return 'cut off: ' + words.textContent;
                                }
                            }
                        }
                        if (document.documentElement.scrollWidth > innerWidth) return 'wider than the screen';
                        """));
    }

    @Test
    void plotsAreDrawnAgainForAnotherWidth() {
        browser.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", 400, "height", HEIGHT, "deviceScaleFactor", 1, "mobile", false));
        assertEquals(
                true,
                browser.executeAsyncScript(
                        """
                        const done = arguments[0];
                        const look = left => {
                            const plot = document.querySelector('svg.plot');
                            const drawn = plot.viewBox.baseVal.width;
                            const ok = Math.abs(drawn - plot.getBoundingClientRect().width) < 2;
                            if (ok || left === 0) done(ok); else setTimeout(look, 50, left - 1);
                        };
                        look(40);
                        """));
        assertEquals(sample.positions(), count(".mark-kl"));
    }

    @Test
    void darkReadersGetADarkPage() {
        String paper = "return getComputedStyle(document.body).backgroundColor";
        Object light = script(paper);
        show(sample, 1200, "dark");
        assertNotEquals(light, script(paper));
    }

    @Test
    void everyPlotIsAnImageThatIsDescribed() {
        assertEquals(0, count("svg.plot:not([role=img])"));
        assertEquals(0, count("svg.plot:not([aria-label])"));
        assertEquals(0, count("svg.plot[aria-label=\"\"]"));
    }

    @Test
    void findingsRefusalsAndReasonsAreReadAsTheyAre() {
        String text = String.valueOf(script("return document.body.innerText"));
        for (String part :
                List.of(
                        "Not available: it needs </script><!-- <b>\"&amp;",
                        "position 7: expected 1.5, got NaN </script><!--",
                        "no kernel for scales by row and group",
                        "trilobit conform --out report",
                        "a device of the test")) {
            assertTrue(text.contains(part), part);
        }
    }

    @Test
    void nothingIsComplainedAboutAndNothingIsAskedOfTheNetwork() {
        pages().forEach(page -> show(page, 1200, "light"));
        List<LogEntry> complaints = browser.manage().logs().get(LogType.BROWSER).getAll();
        assertEquals(List.of(), complaints.stream().map(LogEntry::toString).toList());
        List<String> asked =
                browser.manage().logs().get(LogType.PERFORMANCE).getAll().stream()
                        .map(entry -> JsonMapper.shared().readTree(entry.getMessage()))
                        .map(entry -> entry.get("message"))
                        .filter(
                                one ->
                                        one.get("method")
                                                .asString()
                                                .equals("Network.requestWillBeSent"))
                        .map(one -> one.get("params").get("request").get("url").asString())
                        .filter(url -> !url.startsWith("data:"))
                        .distinct()
                        .sorted()
                        .toList();
        assertEquals(pages().map(Page::address).sorted().toList(), asked);
    }
}
