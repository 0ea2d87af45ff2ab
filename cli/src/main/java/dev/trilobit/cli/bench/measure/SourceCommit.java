package dev.trilobit.cli.bench.measure;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The commit that this program was built from, where it runs from its source folder, as the
 * launcher runs it: the launcher builds again whenever a source is newer.
 */
final class SourceCommit {
    private static final int PATIENCE_SECONDS = 5;

    private SourceCommit() {}

    /** Returns its short name, with {@code -dirty} if sources were changed since. */
    static Optional<String> name() {
        return Optional.ofNullable(SourceCommit.class.getProtectionDomain().getCodeSource())
                .flatMap(SourceCommit::place)
                .flatMap(SourceCommit::sources)
                .flatMap(SourceCommit::describe);
    }

    private static Optional<Path> place(CodeSource source) {
        try {
            return Optional.of(Path.of(source.getLocation().toURI()));
        } catch (URISyntaxException | IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /** A checkout around {@code place}, which a build made: not just any repository. */
    static Optional<Path> sources(Path place) {
        for (Path at = place.toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.exists(at.resolve(".git")) && Files.exists(at.resolve("cli/pom.xml"))) {
                return Optional.of(at);
            }
        }
        return Optional.empty();
    }

    private static Optional<String> describe(Path folder) {
        try {
            Process git =
                    new ProcessBuilder("git", "describe", "--always", "--dirty", "--exclude=*")
                            .directory(folder.toFile())
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            String name =
                    new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            boolean done = git.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) && git.exitValue() == 0;
            return done && !name.isEmpty() ? Optional.of(name) : Optional.empty();
        } catch (IOException _) {
            // No git here: then nobody knows the commit.
            return Optional.empty();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
