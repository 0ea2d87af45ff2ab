package dev.trilobit.model.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What a hub says of a repository, which is not to be trusted either. */
public final class HubInput {
    private static final HubRepository REPOSITORY = new HubRepository("owner", "name");
    private static final Path FOLDER = Path.of("/cache/snapshots/commit");

    private HubInput() {}

    /**
     * Reads a listing and what lies in the cache for it, chooses among its files and places them.
     *
     * @param listing the hub's answer
     * @param config the text of every config.json of the repository
     * @param place what somebody typed
     */
    public static void read(String listing, String config, String place) {
        Optional<HubPlace> wanted = HubPlace.find(place);
        wanted.ifPresent(found -> assertEquals(found, HubPlace.parse(found.toString())));
        TreeFile.read(listing);
        List<HubFile> files = ListingReader.read(REPOSITORY, "main", listing).files();
        for (HubFile file : files) {
            Path below = HubPath.below(FOLDER, file.path()).normalize();
            assertTrue(below.startsWith(FOLDER) && !below.equals(FOLDER), file.path());
            HubPath.encodePath(file.path());
        }
        TreeFile.write(files).ifPresent(text -> assertTrue(TreeFile.read(text).isPresent()));
        FileChoice.of(REPOSITORY, files, wanted.map(HubPlace::file).orElse(""), _ -> config);
    }
}
