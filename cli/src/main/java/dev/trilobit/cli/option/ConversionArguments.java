package dev.trilobit.cli.option;

import dev.trilobit.cli.io.CommandFailedException;
import dev.trilobit.cli.io.UsageException;
import dev.trilobit.model.convert.Container;
import dev.trilobit.model.convert.ConversionOptions;
import dev.trilobit.model.convert.ModelFormat;
import dev.trilobit.model.convert.TableFormat;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that say how a model is written. */
public final class ConversionArguments {
    @Option(
            names = "--embedding",
            paramLabel = "TYPE",
            description = {
                "How the embedding table is stored: keep (as it is; default), same (as the layers),"
                        + " f32, f16, bf16; GGUF: q8_0, q6_k, q5_0, q4_0, q4_1, q4_k; MLX: 8bit,"
                        + " 6bit, 5bit, 4bit. A type that is named may round."
            })
    private String embedding = TableFormat.KEEP.label();

    @Option(
            names = "--head",
            paramLabel = "TYPE",
            description = {
                "How the output head is stored. Where it is the embedding table, one of the two"
                        + " options means both, and two that differ make two tables of it."
            })
    private String head = TableFormat.KEEP.label();

    @Option(
            names = "--group-size",
            paramLabel = "WEIGHTS",
            description = {
                "MLX: weights that share a scale and a bias: 32, 64 or 128.",
                "Default: the source's, else 64"
            })
    private @Nullable Integer groupSize;

    @Option(
            names = "--shard-size",
            paramLabel = "SIZE",
            description = "Several files of at most this size each, such as 2GB; OUT is a folder")
    private @Nullable String shardSize;

    @Option(names = "--force", description = "Replace OUT if it is there")
    private boolean force;

    /**
     * Returns how to convert.
     *
     * @param format label of the format
     * @throws UsageException if a value is wrong
     */
    public ConversionOptions options(String format) {
        ConversionOptions options;
        try {
            options =
                    ConversionOptions.to(ModelFormat.of(format))
                            .withEmbedding(TableFormat.of(embedding))
                            .withHead(TableFormat.of(head));
            options = groupSize == null ? options : grouped(options, groupSize);
        } catch (IllegalArgumentException e) {
            throw new UsageException(e);
        }
        options =
                shardSize == null
                        ? options
                        : options.withShardBytes(ByteSize.require("--shard-size", shardSize));
        return force ? options.withExisting(ConversionOptions.Existing.REPLACED) : options;
    }

    private static ConversionOptions grouped(ConversionOptions options, int size) {
        if (options.format().container() != Container.MLX) {
            throw new UsageException(
                    "--group-size: %s has none to choose, only formats of MLX have"
                            .formatted(options.format().label()));
        }
        return options.withGroupSize(size);
    }

    /**
     * Checks that the name fits the format and that nothing is in the way.
     *
     * @throws UsageException if {@code out} is named as a file where a folder is written, or the
     *     other way round
     * @throws CommandFailedException if {@code out} is there and not to be replaced
     */
    public void requirePlace(Path out, ConversionOptions options) {
        if (out.toString().isEmpty()) {
            throw new UsageException("OUT: expected a name, got an empty one");
        }
        options.misnamed(out)
                .ifPresent(
                        reason -> {
                            throw new UsageException("OUT: " + reason);
                        });
        if (!force && Files.exists(out)) {
            throw new CommandFailedException(
                    "%s is there already; --force replaces it".formatted(out));
        }
    }
}
