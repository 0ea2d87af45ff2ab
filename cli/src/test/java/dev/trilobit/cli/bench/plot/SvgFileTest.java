package dev.trilobit.cli.bench.plot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.cli.bench.plot.Series.Mark;
import dev.trilobit.cli.bench.plot.Series.Point;
import dev.trilobit.cli.io.UsageException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class SvgFileTest {
    /** Half of the last digit that is written. */
    private static final double DIGIT = 0.05 + 1e-9;

    /** What WCAG asks of text, and of lines. */
    private static final double TEXT_CONTRAST = 4.5;

    private static final double LINE_CONTRAST = 3;

    private static final Chart CHART =
            new Chart(
                    "A < B & C",
                    "note",
                    new Axis("x", Axis.Scale.LINEAR, 0, 100),
                    new Axis("y", Axis.Scale.LOGARITHMIC, 1, 100),
                    List.of(
                            new Series(
                                    "limit",
                                    0,
                                    Mark.LIMIT,
                                    List.of(Point.of(0, 1), Point.of(100, 100))),
                            new Series(
                                    "dots",
                                    1,
                                    Mark.DOTS,
                                    List.of(new Point(50, 10, 5, 20, "middle")))));

    @TempDir private Path folder;

    private static Document parse(String svg) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(svg)));
    }

    private static double number(Element element, String name) {
        return Double.parseDouble(element.getAttribute(name));
    }

    private static Element only(Document svg, String tag, String style) {
        NodeList all = svg.getElementsByTagName(tag);
        for (int i = 0; i < all.getLength(); i++) {
            if (all.item(i) instanceof Element one
                    && (" " + one.getAttribute("class") + " ").contains(" " + style + " ")) {
                return one;
            }
        }
        throw new AssertionError("no " + tag + " of style " + style);
    }

    @Test
    void aPointInTheMiddleOfBothAxesIsDrawnInTheMiddleOfTheFrame() throws Exception {
        Document svg = parse(SvgFile.svg(List.of(CHART)));
        String[] ends = only(svg, "polyline", "limit").getAttribute("points").split("[ ,]", -1);
        Element dot = only(svg, "circle", "dot");
        double middleX = (Double.parseDouble(ends[0]) + Double.parseDouble(ends[2])) / 2;
        double middleY = (Double.parseDouble(ends[1]) + Double.parseDouble(ends[3])) / 2;
        assertEquals(middleX, number(dot, "cx"), 2 * DIGIT);
        assertEquals(middleY, number(dot, "cy"), 2 * DIGIT);
    }

    @Test
    void spreadReachesFromLeastToMost() throws Exception {
        Document svg = parse(SvgFile.svg(List.of(CHART)));
        String[] ends = only(svg, "polyline", "limit").getAttribute("points").split("[ ,]", -1);
        double bottom = Double.parseDouble(ends[1]);
        double height = bottom - Double.parseDouble(ends[3]);
        Element spread = only(svg, "line", "spread");
        assertEquals(bottom - height * Math.log10(5) / 2, number(spread, "y1"), 2 * DIGIT);
        assertEquals(bottom - height * Math.log10(20) / 2, number(spread, "y2"), 2 * DIGIT);
    }

    @Test
    void textIsEscapedAndLabelsAreThere() throws Exception {
        String text = parse(SvgFile.svg(List.of(CHART))).getDocumentElement().getTextContent();
        assertTrue(text.contains("A < B & C"), text);
        assertTrue(text.contains("middle"), text);
    }

    @Test
    void everythingLiesInsideTheFile() throws Exception {
        Document svg = parse(SvgFile.svg(List.of(CHART, CHART)));
        Element root = svg.getDocumentElement();
        NodeList dots = svg.getElementsByTagName("circle");
        for (int i = 0; i < dots.getLength(); i++) {
            Element dot = (Element) dots.item(i);
            assertTrue(number(dot, "cx") < number(root, "width"));
            assertTrue(number(dot, "cy") < number(root, "height"));
        }
    }

    @Test
    void textAndLinesAreLegibleInBothSchemes() {
        String svg = SvgFile.svg(List.of(CHART));
        int dark = svg.indexOf("prefers-color-scheme: dark");
        assertLegible(colours(svg.substring(0, dark)));
        assertLegible(colours(svg.substring(dark)));
    }

    private static void assertLegible(Map<String, Integer> colours) {
        int paper = colours.get("paper");
        for (String text : List.of("ink", "faint")) {
            assertTrue(contrast(colours.get(text), paper) >= TEXT_CONTRAST, text);
        }
        for (String line : List.of("c0", "c1", "c2", "c3")) {
            assertTrue(contrast(colours.get(line), paper) >= LINE_CONTRAST, line);
        }
    }

    private static Map<String, Integer> colours(String style) {
        var colours = new HashMap<String, Integer>();
        Matcher match = Pattern.compile("--(\\w+): #([0-9a-f]{6})").matcher(style);
        while (match.find()) {
            colours.put(match.group(1), Integer.valueOf(match.group(2), 16));
        }
        return colours;
    }

    /** As WCAG 2 defines it. */
    private static double contrast(int one, int other) {
        double a = luminance(one);
        double b = luminance(other);
        return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    }

    private static double luminance(int rgb) {
        return 0.2126 * linear(rgb >> 16) + 0.7152 * linear(rgb >> 8) + 0.0722 * linear(rgb);
    }

    private static double linear(int channel) {
        double value = (channel & 0xff) / 255.0;
        return value <= 0.03928 ? value / 12.92 : Math.pow((value + 0.055) / 1.055, 2.4);
    }

    @Test
    void fileIsReplaced() throws IOException {
        Path file = Files.writeString(folder.resolve("plot.svg"), "old");
        SvgFile.write(file, List.of(CHART));
        assertTrue(Files.readString(file).startsWith("<svg "));
    }

    @Test
    void placesThatCannotBeWrittenAreNamed() {
        assertThrows(UsageException.class, () -> SvgFile.requireWritable("--plot", folder));
        assertThrows(
                UsageException.class,
                () -> SvgFile.requireWritable("--plot", folder.resolve("none/plot.svg")));
    }
}
