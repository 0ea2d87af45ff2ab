package dev.trilobit.model.hub;

import java.nio.file.Path;
import java.util.List;

/**
 * Files that are in the cache now.
 *
 * @param snapshot folder of the commit; paths of files are relative to it
 * @param files all that were wanted, with their sizes
 * @param fetched those of them that were not there before
 * @param bytes of all
 */
public record PulledFiles(Path snapshot, List<HubFile> files, List<HubFile> fetched, long bytes) {
    public PulledFiles {
        files = List.copyOf(files);
        fetched = List.copyOf(fetched);
    }
}
