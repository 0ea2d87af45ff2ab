package dev.trilobit.model.hub;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Finds models in the cache, whoever fetched them, without the network. */
public final class CachedModels {
    private final HubCache cache;

    private CachedModels(HubCache cache) {
        this.cache = cache;
    }

    /** Looks into the cache that {@code environment} names. */
    public static CachedModels of(HubEnvironment environment) {
        return new CachedModels(new HubCache(environment));
    }

    /** What the cache has of a model. */
    public sealed interface Lookup {
        /**
         * It can be opened.
         *
         * @param path a folder or a file
         * @param listing what is there of the repository; only paths and sizes are sure to be known
         */
        record Found(Path path, HubListing listing, FileChoice choice) implements Lookup {}

        /**
         * It is not there, or not whole.
         *
         * @param why one line
         */
        record Missing(String why) implements Lookup {}
    }

    /**
     * Looks for a model.
     *
     * @param place without a revision: what was fetched last of the default branch, or the only
     *     revision there is
     */
    public Lookup find(HubPlace place) {
        HubRepository repository = place.repository();
        Optional<String> commit = cache.commit(repository, place.revision());
        if (commit.isEmpty()) {
            boolean others = Files.isDirectory(cache.folder(repository));
            return new Lookup.Missing(
                    others
                            ? "%s has no revision '%s' of it"
                                    .formatted(cache.folder(repository), place.revisionOrDefault())
                            : "there is no %s".formatted(cache.folder(repository)));
        }
        List<HubFile> files = cache.files(repository, commit.get());
        Path snapshot = cache.snapshot(repository, commit.get());
        try {
            FileChoice choice =
                    FileChoice.of(repository, files, place.file(), file -> read(snapshot, file));
            var listing = new HubListing(repository, place.revision(), commit.get(), files);
            Path path =
                    choice.entry().isEmpty() ? snapshot : HubPath.below(snapshot, choice.entry());
            return new Lookup.Found(path, listing, choice);
        } catch (HubException e) {
            return new Lookup.Missing("of what is in %s, %s".formatted(snapshot, e.getMessage()));
        }
    }

    /**
     * Returns what a repository holds at a commit if that was kept and all that is to be chosen of
     * it is here: then there is nothing to ask the hub, since a commit never changes.
     *
     * @param place with a whole commit hash as revision
     */
    public Optional<Lookup.Found> complete(HubPlace place) {
        if (!HubListing.isCommit(place.revision())) {
            return Optional.empty();
        }
        Optional<List<HubFile>> tree = cache.tree(place.repository(), place.revision());
        if (tree.isEmpty() || !(find(place) instanceof Lookup.Found found)) {
            return Optional.empty();
        }
        Path snapshot = cache.snapshot(place.repository(), place.revision());
        try {
            FileChoice choice =
                    FileChoice.of(
                            place.repository(),
                            tree.get(),
                            place.file(),
                            file -> read(snapshot, file));
            boolean whole =
                    choice.files().stream()
                            .allMatch(
                                    file ->
                                            HubCache.isFile(
                                                    HubPath.below(snapshot, file.path()),
                                                    file.size()));
            return whole && choice.entry().equals(found.choice().entry())
                    ? Optional.of(new Lookup.Found(found.path(), found.listing(), choice))
                    : Optional.empty();
        } catch (HubException _) {
            return Optional.empty();
        }
    }

    /** Returns those of a listing's files that the cache lacks and that would be fetched. */
    public List<HubFile> missing(HubListing listing, List<HubFile> files) {
        return files.stream()
                .filter(file -> !cache.has(listing, file) && !cache.hasContent(listing, file))
                .toList();
    }

    private static String read(Path snapshot, HubFile file) {
        try {
            return Files.readString(HubPath.below(snapshot, file.path()));
        } catch (IOException e) {
            throw new HubException("%s cannot be read: %s".formatted(file.path(), e), e);
        }
    }
}
