package dev.trilobit.cli.bench.plot;

import dev.trilobit.cli.io.CommandFailedException;
import dev.trilobit.cli.io.UsageException;
import dev.trilobit.cli.io.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Charts below each other in one SVG file, which follows the light or dark scheme of its reader.
 */
public final class SvgFile {
    private static final String STYLE =
            """
            <style>
            svg { --paper: #ffffff; --ink: #1f2328; --faint: #59636e; --grid: #d9dee3;
              --c0: #0b62c4; --c1: #b3470b; --c2: #187a3c; --c3: #7a2fc0; }
            @media (prefers-color-scheme: dark) {
              svg { --paper: #0d1117; --ink: #e6edf3; --faint: #9aa4af; --grid: #30363d;
                --c0: #6cb6ff; --c1: #ffa657; --c2: #56d364; --c3: #d2a8ff; }
            }
            text { font-family: system-ui, "Segoe UI", Helvetica, Arial, sans-serif; font-size: 13px; fill: var(--ink); }
            .paper { fill: var(--paper); }
            .title { font-size: 17px; font-weight: 600; }
            .faint { fill: var(--faint); }
            .label { paint-order: stroke; stroke: var(--paper); stroke-width: 4px; }
            .grid { stroke: var(--grid); stroke-width: 1; }
            .axis { stroke: var(--faint); stroke-width: 1; }
            .c0 { stroke: var(--c0); } .c1 { stroke: var(--c1); } .c2 { stroke: var(--c2); } .c3 { stroke: var(--c3); }
            .line, .limit, .spread { fill: none; stroke-width: 2; }
            .limit { stroke-dasharray: 7 5; }
            .dot { stroke-width: 2; fill: var(--paper); }
            </style>
            """;

    private SvgFile() {}

    /**
     * Checks before long work that a file can be written.
     *
     * @throws UsageException if it is a folder or its folder is not there
     */
    public static void requireWritable(String option, Path file) {
        Path folder = file.toAbsolutePath().getParent();
        if (Files.isDirectory(file)) {
            throw new UsageException("%s: %s is a folder, expected a file".formatted(option, file));
        }
        if (folder == null || !Files.isDirectory(folder)) {
            throw new UsageException("%s: there is no folder %s".formatted(option, folder));
        }
    }

    /**
     * Writes charts; the file appears whole or not at all.
     *
     * @throws CommandFailedException if it cannot be written
     */
    public static void write(Path file, List<Chart> charts) {
        String svg = svg(charts);
        try {
            WholeFile.write(file, part -> Files.writeString(part, svg));
        } catch (IOException e) {
            throw new CommandFailedException("%s: cannot be written: %s".formatted(file, e), e);
        }
    }

    /** Returns the text of the file. */
    static String svg(List<Chart> charts) {
        int height = charts.size() * ChartDrawing.HEIGHT;
        var svg = new StringBuilder();
        svg.append(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %1$d %2$d\" role=\"img\">%n"
                        .formatted(ChartDrawing.WIDTH, height));
        svg.append(STYLE);
        svg.append(
                "<rect class=\"paper\" width=\"%d\" height=\"%d\"/>%n"
                        .formatted(ChartDrawing.WIDTH, height));
        for (int i = 0; i < charts.size(); i++) {
            svg.append(new ChartDrawing(charts.get(i), i * ChartDrawing.HEIGHT).svg());
        }
        return svg.append("</svg>\n").toString();
    }
}
