package dev.trilobit.cli.convert;

import dev.trilobit.cli.io.ByteCount;
import dev.trilobit.cli.io.StandardStreams;
import dev.trilobit.model.convert.ConversionReport;
import dev.trilobit.model.convert.ConversionReport.Change;
import dev.trilobit.model.convert.ConversionReport.Share;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Tells what a conversion did.
 *
 * @param report of it
 * @param origin of the numbers
 */
public record ConversionText(ConversionReport report, Origin origin) {
    /** Where the numbers come from. */
    public enum Origin {
        /** Another model, with which they were compared. */
        MODEL,
        /** A generator; there is nothing to compare them with. */
        RANDOM
    }

    private static final int MOST_CHANGES = 5;

    /** Returns everything, for JSON. */
    public Map<String, Object> object() {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("source", report.source());
        object.put("target", report.target().toString());
        object.put("format", report.format().label());
        if (origin == Origin.MODEL) {
            object.put("source_bytes", report.sourceBytes());
        }
        object.put("target_bytes", report.targetBytes());
        if (origin == Origin.MODEL) {
            object.put("exact", report.isExact());
            object.put("verified_weights", report.exactWeights());
        }
        object.put("formats", report.tensors().stream().map(ConversionText::share).toList());
        object.put("changes", report.changes().stream().map(ConversionText::change).toList());
        object.put("notes", report.notes());
        return object;
    }

    private static Map<String, Object> share(Share share) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("from", share.from());
        object.put("to", share.to());
        object.put("matrices", share.matrices());
        object.put("weights", share.weights());
        object.put("bytes", share.bytes());
        object.put("bits_per_weight", Math.round(800.0 * share.bytes() / share.weights()) / 100.0);
        return object;
    }

    private static Map<String, Object> change(Change change) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("tensor", change.tensor());
        object.put("to", change.to());
        object.put("weights", change.weights());
        object.put("different", change.different());
        object.put("largest_error", change.largestError());
        object.put("relative_error", change.relativeError());
        return object;
    }

    /** Prints everything for people. */
    public void print(StandardStreams streams) {
        streams.line(
                "%s -> %s (%s)"
                        .formatted(report.source(), report.target(), report.format().label()));
        for (Share share : report.tensors()) {
            streams.line(
                    String.format(
                            Locale.ROOT,
                            "  %-16s -> %-14s %,5d matrices %,15d weights  %10s  %.2f bits a weight",
                            share.from(),
                            share.to(),
                            share.matrices(),
                            share.weights(),
                            ByteCount.text(share.bytes()),
                            8.0 * share.bytes() / share.weights()));
        }
        String written = ByteCount.text(report.targetBytes());
        streams.line(
                switch (origin) {
                    case MODEL ->
                            "weights: %s became %s"
                                    .formatted(ByteCount.text(report.sourceBytes()), written);
                    case RANDOM -> "weights: %s of random numbers".formatted(written);
                });
        if (report.exactWeights() > 0) {
            streams.line(
                    String.format(
                            Locale.ROOT,
                            "verified: %,d numbers decoded from both are equal",
                            report.exactWeights()));
        }
        printChanges(streams);
        report.notes().forEach(note -> streams.line("note: " + note));
    }

    private void printChanges(StandardStreams streams) {
        if (report.isExact()) {
            return;
        }
        streams.line(
                "rounded: %d matrices; the largest relative errors:"
                        .formatted(report.changes().size()));
        report.changes().stream()
                .sorted(Comparator.comparingDouble(Change::relativeError).reversed())
                .limit(MOST_CHANGES)
                .forEach(
                        change ->
                                streams.line(
                                        String.format(
                                                Locale.ROOT,
                                                "  %-44s %-10s %8.3g of the numbers' size, largest %.3g",
                                                change.tensor(),
                                                change.to(),
                                                change.relativeError(),
                                                change.largestError())));
    }
}
