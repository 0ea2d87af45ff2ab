package dev.trilobit.model.convert;

import java.nio.file.Path;
import java.util.List;

/**
 * What a conversion did.
 *
 * @param source label of the model that was read
 * @param target file or folder that was written
 * @param format what it was written as
 * @param sourceBytes of the weights as they were stored
 * @param targetBytes of the weights as they are stored now
 * @param tensors what is stored how
 * @param exactWeights numbers that were decoded from both and are equal
 * @param changes of the matrices whose numbers are not equal
 * @param notes what changes for whoever runs the model, in sentences
 */
public record ConversionReport(
        String source,
        Path target,
        ModelFormat format,
        long sourceBytes,
        long targetBytes,
        List<Share> tensors,
        long exactWeights,
        List<Change> changes,
        List<String> notes) {
    /**
     * What is stored in one form.
     *
     * @param from label of the format in the source
     * @param to label of the form in the target
     * @param matrices number of matrices
     * @param weights numbers in them
     * @param bytes that hold them in the target
     */
    public record Share(String from, String to, int matrices, long weights, long bytes) {
        Share plus(Share other) {
            return new Share(
                    from,
                    to,
                    matrices + other.matrices,
                    weights + other.weights,
                    bytes + other.bytes);
        }
    }

    /**
     * How much a matrix changed.
     *
     * @param tensor its name
     * @param to label of its form in the target
     * @param weights numbers in it
     * @param different how many of them changed
     * @param largestError the largest difference
     * @param relativeError root of the sum of squared differences over that of the numbers
     */
    public record Change(
            String tensor,
            String to,
            long weights,
            long different,
            double largestError,
            double relativeError) {}

    public ConversionReport {
        tensors = List.copyOf(tensors);
        changes = List.copyOf(changes);
        notes = List.copyOf(notes);
    }

    /** Returns whether every number of the target is that of the source. */
    public boolean isExact() {
        return changes.isEmpty();
    }
}
