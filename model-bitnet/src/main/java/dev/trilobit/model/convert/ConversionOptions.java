package dev.trilobit.model.convert;

import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * How to convert a model. Made by {@link #to} and changed by the {@code with} methods.
 *
 * @param format what to write
 * @param embedding how the embedding table is written
 * @param head how the head is written; of a tied model see {@link #withHead}
 * @param groupSize weights that share scale and bias in an MLX folder: 32, 64 or 128, or 0 for the
 *     source's where it has one of these, else 64
 * @param numbers whether numbers may change
 * @param activations whether layers may come to treat their input in another way
 * @param shardBytes most bytes of tensors in one file
 * @param existing what becomes of a target that is already there
 */
public record ConversionOptions(
        ModelFormat format,
        TableFormat embedding,
        TableFormat head,
        int groupSize,
        Numbers numbers,
        Activations activations,
        long shardBytes,
        Existing existing) {
    private static final String GGUF = ".gguf";

    /** Weights that share scale and bias in an MLX folder. */
    static final Set<Integer> GROUP_SIZES = Set.of(32, 64, 128);

    /** Whether numbers may change. */
    public enum Numbers {
        /** Every number is kept exactly, or the conversion is refused. */
        EXACT,
        /** What the format cannot hold is quantized by the format's own rule. */
        QUANTIZED
    }

    /**
     * Whether layers may come to treat their input in another way. Whether it is rounded to int8
     * goes with the kind of file, not with the weights, and changes logits.
     */
    public enum Activations {
        /** They may not, unless numbers are quantized as well. */
        KEPT,
        /** They may; the report notes it. */
        ANY
    }

    /** What becomes of a target that is already there. */
    public enum Existing {
        /** The conversion is refused. */
        REFUSED,
        /** It is replaced once the new one is complete. */
        REPLACED
    }

    public ConversionOptions {
        if (groupSize != 0 && !GROUP_SIZES.contains(groupSize)) {
            throw new IllegalArgumentException(
                    "group size: expected 32, 64 or 128, got " + groupSize);
        }
        if (shardBytes < 1) {
            throw new IllegalArgumentException(
                    "shard size: expected at least one byte, got " + shardBytes);
        }
        requireFits("embedding", embedding, format);
        requireFits("head", head, format);
    }

    private static void requireFits(String what, TableFormat table, ModelFormat format) {
        if (!table.fits(format.container())) {
            throw new IllegalArgumentException(
                    "%s: %s cannot hold %s; expected one of %s"
                            .formatted(
                                    what,
                                    format.label(),
                                    table.label(),
                                    TableFormat.labels(format.container())));
        }
    }

    /** Returns an exact conversion into one file that is not there yet. */
    public static ConversionOptions to(ModelFormat format) {
        return new ConversionOptions(
                format,
                TableFormat.KEEP,
                TableFormat.KEEP,
                0,
                Numbers.EXACT,
                Activations.KEPT,
                Long.MAX_VALUE,
                Existing.REFUSED);
    }

    /** Returns these options with another embedding table. */
    public ConversionOptions withEmbedding(TableFormat value) {
        return new ConversionOptions(
                format, value, head, groupSize, numbers, activations, shardBytes, existing);
    }

    /**
     * Returns these options with another head. Where the model's head is its embedding table, one
     * of the two options means both, and two that differ make two tables of it.
     */
    public ConversionOptions withHead(TableFormat value) {
        return new ConversionOptions(
                format, embedding, value, groupSize, numbers, activations, shardBytes, existing);
    }

    /** Returns these options with another group size of MLX folders. */
    public ConversionOptions withGroupSize(int value) {
        return new ConversionOptions(
                format, embedding, head, value, numbers, activations, shardBytes, existing);
    }

    /** Returns these options with numbers that may change or not. */
    public ConversionOptions withNumbers(Numbers value) {
        return new ConversionOptions(
                format, embedding, head, groupSize, value, activations, shardBytes, existing);
    }

    /** Returns these options with layers that may treat their input in another way or not. */
    public ConversionOptions withActivations(Activations value) {
        return new ConversionOptions(
                format, embedding, head, groupSize, numbers, value, shardBytes, existing);
    }

    /** Returns these options with files of at most this many bytes of tensors. */
    public ConversionOptions withShardBytes(long value) {
        return new ConversionOptions(
                format, embedding, head, groupSize, numbers, activations, value, existing);
    }

    /** Returns these options with another answer to a target that is there. */
    public ConversionOptions withExisting(Existing value) {
        return new ConversionOptions(
                format, embedding, head, groupSize, numbers, activations, shardBytes, value);
    }

    /**
     * Returns why a target cannot be called so, or nothing: a GGUF model in one file ends in {@code
     * .gguf}, everything else is a folder and does not.
     */
    public Optional<String> misnamed(Path target) {
        boolean file = format.container() == Container.GGUF && !isSharded();
        if (file == target.toString().endsWith(GGUF)) {
            return Optional.empty();
        }
        if (file) {
            return Optional.of(
                    "%s: expected the name of a file that ends in .gguf".formatted(target));
        }
        String why =
                isSharded()
                        ? "a model in shards is several files"
                        : format.label() + " is several files";
        return Optional.of("%s: expected the name of a folder; %s".formatted(target, why));
    }

    /** Returns whether several files may be written, so that the target is a folder. */
    boolean isSharded() {
        return shardBytes != Long.MAX_VALUE;
    }
}
