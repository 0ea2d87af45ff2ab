package dev.trilobit.model.hub;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The cache that programs of the Hugging Face world share, in huggingface_hub's layout (its page
 * "Manage your cache", and {@code file_download.py}):
 *
 * <pre>
 * models--OWNER--NAME/
 *   refs/BRANCH                    the commit it means
 *   blobs/ETAG                     contents
 *   snapshots/COMMIT/PATH          symbolic links to blobs, relative; where they are not possible,
 *                                  hard links or copies
 *   .no_exist/COMMIT/PATH          files that are known not to be
 *   trees/COMMIT.json              what the repository holds
 * .locks/models--OWNER--NAME/ETAG.lock
 * </pre>
 *
 * <p>Other programs may write at the same time; everything appears whole or not at all.
 */
final class HubCache {
    private static final int DEEPEST = 16;

    private final Path root;
    private final boolean mayLink;

    HubCache(HubEnvironment environment) {
        root = environment.cacheFolder().toAbsolutePath();
        mayLink = environment.mayLink();
    }

    /** Returns the folder of a repository, which may not be there. */
    Path folder(HubRepository repository) {
        return root.resolve(repository.folderName());
    }

    /** Returns where the files of a commit are; it may not be there. */
    Path snapshot(HubRepository repository, String commit) {
        return folder(repository).resolve("snapshots").resolve(commit);
    }

    /** Returns where a content is; it may not be there. */
    Path blob(HubRepository repository, String etag) {
        return folder(repository).resolve("blobs").resolve(etag);
    }

    /**
     * Finds the commit that a revision meant when it was last fetched.
     *
     * @param revision a branch, a tag or a commit; empty for the default branch or, if that was
     *     never fetched, the only commit there is
     */
    Optional<String> commit(HubRepository repository, String revision) {
        if (HubListing.isCommit(revision)) {
            return Optional.of(revision).filter(it -> Files.isDirectory(snapshot(repository, it)));
        }
        String name = revision.isEmpty() ? HubPlace.DEFAULT_REVISION : revision;
        Optional<String> named =
                read(HubPath.below(folder(repository).resolve("refs"), name))
                        .map(String::strip)
                        .filter(HubListing::isCommit);
        return named.isPresent() || !revision.isEmpty() ? named : onlyCommit(repository);
    }

    private Optional<String> onlyCommit(HubRepository repository) {
        try (Stream<Path> snapshots = Files.list(folder(repository).resolve("snapshots"))) {
            List<String> commits =
                    snapshots
                            .map(it -> it.getFileName().toString())
                            .filter(HubListing::isCommit)
                            .toList();
            return commits.size() == 1 ? Optional.of(commits.getFirst()) : Optional.empty();
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    /**
     * Lists the files that are there of a commit, with their sizes; links that lead nowhere not.
     */
    List<HubFile> files(HubRepository repository, String commit) {
        Path snapshot = snapshot(repository, commit);
        if (!Files.isDirectory(snapshot)) {
            return List.of();
        }
        try (Stream<Path> paths = Files.walk(snapshot, DEEPEST)) {
            return paths.filter(Files::isRegularFile)
                    .map(path -> HubFile.ofSize(slashes(snapshot.relativize(path)), size(path)))
                    .sorted((a, b) -> a.path().compareTo(b.path()))
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            throw new HubException("%s cannot be read: %s".formatted(snapshot, e), e);
        }
    }

    private static String slashes(Path relative) {
        return relative.toString().replace(relative.getFileSystem().getSeparator(), "/");
    }

    private static long size(Path path) {
        try {
            return Files.size(path);
        } catch (IOException _) {
            return -1;
        }
    }

    /** Returns what the repository holds at a commit, if that was kept. */
    Optional<List<HubFile>> tree(HubRepository repository, String commit) {
        return read(treeFile(repository, commit)).flatMap(TreeFile::read);
    }

    private Path treeFile(HubRepository repository, String commit) {
        return folder(repository).resolve("trees").resolve(commit + ".json");
    }

    private static Optional<String> read(Path file) {
        try {
            return Optional.of(Files.readString(file));
        } catch (IOException _) {
            return Optional.empty(); // to others' damage the answer is to fetch again
        }
    }

    /** Tells whether it is known that a commit has no such file. */
    boolean isMissing(HubRepository repository, String commit, String path) {
        return Files.exists(missing(repository, commit, path));
    }

    /** Keeps that a commit has no such file. */
    void markMissing(HubRepository repository, String commit, String path) throws IOException {
        Path mark = missing(repository, commit, path);
        Files.createDirectories(mark.getParent());
        try {
            Files.createFile(mark);
        } catch (FileAlreadyExistsException _) {
            // Known already.
        }
    }

    private Path missing(HubRepository repository, String commit, String path) {
        return HubPath.below(folder(repository).resolve(".no_exist").resolve(commit), path);
    }

    /** Returns the file to lock while a content is fetched; its folder is made. */
    Path lockFile(HubRepository repository, String etag) throws IOException {
        Path folder = root.resolve(".locks").resolve(repository.folderName());
        Files.createDirectories(folder);
        return folder.resolve(etag + ".lock");
    }

    /** Makes the folders of a repository; without snapshots others would call it corrupt. */
    void prepare(HubRepository repository) throws IOException {
        Files.createDirectories(folder(repository).resolve("blobs"));
        Files.createDirectories(folder(repository).resolve("snapshots"));
    }

    /** Returns the bytes that can still be written here. */
    long freeBytes() throws IOException {
        Path there = root;
        while (!Files.exists(there) && there.getParent() != null) {
            there = there.getParent();
        }
        return Files.getFileStore(there).getUsableSpace();
    }

    /** Tells whether a file is in the snapshot of its commit, whoever fetched it. */
    boolean has(HubListing listing, HubFile file) {
        return file.size() >= 0 && isFile(pointer(listing, file), file.size());
    }

    /** Tells whether the content of a file is there, maybe under another path or commit. */
    boolean hasContent(HubListing listing, HubFile file) {
        String etag = file.sha256().isEmpty() ? file.gitSha1() : file.sha256();
        return !etag.isEmpty() && isFile(blob(listing.repository(), etag), file.size());
    }

    /** Tells whether a file is there with as many bytes. */
    static boolean isFile(Path file, long size) {
        try {
            return Files.isRegularFile(file) && Files.size(file) == size;
        } catch (IOException _) {
            return false;
        }
    }

    private Path pointer(HubListing listing, HubFile file) {
        return HubPath.below(snapshot(listing.repository(), listing.commit()), file.path());
    }

    /** Puts a blob under its path into the snapshot of its commit. */
    void publish(HubListing listing, RemoteFile remote) throws IOException {
        Path pointer = pointer(listing, remote.file());
        Path blob = blob(listing.repository(), remote.etag());
        Files.createDirectories(pointer.getParent());
        Path fresh = sibling(pointer);
        try {
            link(fresh, blob);
            replace(fresh, pointer);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    private void link(Path link, Path blob) throws IOException {
        if (mayLink) {
            try {
                Files.createSymbolicLink(link, link.resolveSibling("").relativize(blob));
                return;
            } catch (UnsupportedOperationException | IOException _) {
                // Windows allows it to few; another way follows.
            }
        }
        try {
            Files.createLink(link, blob);
        } catch (UnsupportedOperationException | IOException _) {
            Files.copy(blob, link);
        }
    }

    /** Keeps what a revision means now and what the repository holds. */
    void keep(HubListing listing) throws IOException {
        Path folder = folder(listing.repository());
        if (!listing.revision().equals(listing.commit())) {
            write(HubPath.below(folder.resolve("refs"), listing.revision()), listing.commit());
        }
        Optional<String> tree = TreeFile.write(listing.files());
        if (tree.isPresent()) {
            write(treeFile(listing.repository(), listing.commit()), tree.get());
        }
    }

    private static void write(Path file, String text) throws IOException {
        if (read(file).equals(Optional.of(text))) {
            return;
        }
        Files.createDirectories(file.getParent());
        Path fresh = sibling(file);
        try {
            Files.writeString(fresh, text);
            replace(fresh, file);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    private static Path sibling(Path file) {
        String unique = UUID.randomUUID().toString().substring(0, 8);
        return file.resolveSibling(".%s.%s.tmp".formatted(file.getFileName(), unique));
    }

    /** Gives a file its name at once. */
    static void replace(Path fresh, Path file) throws IOException {
        try {
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException _) {
            Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
