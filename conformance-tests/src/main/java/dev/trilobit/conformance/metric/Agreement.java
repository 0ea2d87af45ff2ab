package dev.trilobit.conformance.metric;

import dev.trilobit.conformance.metric.PositionAgreement.Choice;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * How two sources of logits agree over all positions of some token sequences.
 *
 * @param positions every position, by chunk and position; at least one
 * @param referenceLoss of the tokens that follow, by the reference
 * @param loss of the tokens that follow, by the other
 */
public record Agreement(
        List<PositionAgreement> positions, Perplexity referenceLoss, Perplexity loss) {
    public Agreement {
        positions = List.copyOf(positions);
        if (positions.isEmpty()) {
            throw new IllegalArgumentException("agreement over no positions");
        }
    }

    /**
     * Returns this with another width of ties.
     *
     * @param tieWidth see {@link PositionAgreement#of}
     */
    public Agreement withTieWidth(double tieWidth) {
        return new Agreement(
                positions.stream().map(position -> position.withTieWidth(tieWidth)).toList(),
                referenceLoss,
                loss);
    }

    /** Returns KL(reference || other) in nats a position. */
    public Spread forward() {
        return spread(PositionAgreement::forward);
    }

    /** Returns KL(other || reference) in nats a position. */
    public Spread reverse() {
        return spread(PositionAgreement::reverse);
    }

    private Spread spread(ToDoubleFunction<PositionAgreement> figure) {
        return Spread.of(positions.stream().mapToDouble(figure).toArray());
    }

    /** Returns the positions of a choice. */
    public long count(Choice choice) {
        return positions.stream().filter(position -> position.choice() == choice).count();
    }

    /** Returns the share of positions with the same choice, from 0 to 1; ties do not count. */
    public double top1() {
        return (double) count(Choice.SAME) / positions.size();
    }

    /** Returns {@link #top1} of each chunk, in the order of the chunks. */
    public List<Double> top1ByChunk() {
        var chunks =
                positions.stream()
                        .collect(
                                Collectors.groupingBy(
                                        PositionAgreement::chunk,
                                        TreeMap::new,
                                        Collectors.averagingDouble(
                                                position ->
                                                        position.choice() == Choice.SAME ? 1 : 0)));
        return new ArrayList<>(chunks.values());
    }

    /** Returns the smallest of {@link #top1ByChunk}. */
    public double worstChunkTop1() {
        return top1ByChunk().stream().mapToDouble(Double::doubleValue).min().orElseThrow();
    }
}
