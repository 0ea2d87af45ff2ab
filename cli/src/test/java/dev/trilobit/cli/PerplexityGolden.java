package dev.trilobit.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What transformers recorded, see README.md beside it. */
final class PerplexityGolden {
    /** The text that was scored. */
    static final Path TEXT = Path.of("src/test/resources/perplexity/stories.txt");

    private PerplexityGolden() {}

    /**
     * One figure.
     *
     * @param model name of an embedded model
     * @param stride 0 for chunks
     * @param scored tokens
     */
    record Line(
            String model,
            int chunk,
            int stride,
            int scored,
            double perplexity,
            double standardError) {
        private static Line of(String text) {
            String[] cells = text.split("\t", -1);
            return new Line(
                    cells[0],
                    Integer.parseInt(cells[1]),
                    Integer.parseInt(cells[2]),
                    Integer.parseInt(cells[3]),
                    Double.parseDouble(cells[4]),
                    Double.parseDouble(cells[5]));
        }
    }

    static List<Line> read() throws IOException {
        return Files.readAllLines(TEXT.resolveSibling("goldens.tsv")).stream()
                .filter(line -> !line.startsWith("#"))
                .map(Line::of)
                .toList();
    }
}
