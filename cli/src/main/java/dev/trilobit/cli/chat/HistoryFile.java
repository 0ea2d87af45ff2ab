package dev.trilobit.cli.chat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Where the lines typed in chats are kept. */
final class HistoryFile {
    private static final System.Logger LOG = System.getLogger(HistoryFile.class.getName());

    private HistoryFile() {}

    /** Finds this user's file and makes its folder; empty if that cannot be done. */
    static Optional<Path> find() {
        Path file =
                locate(
                        System.getProperty("os.name", ""),
                        System.getProperty("user.home", "."),
                        System.getenv());
        try {
            Files.createDirectories(file.getParent());
            return Optional.of(file);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.INFO, "no chat history: {0}", e);
            return Optional.empty();
        }
    }

    /**
     * Returns where the file belongs: the XDG state folder (basedir-spec 0.8), or what the system
     * has instead.
     */
    static Path locate(String osName, String home, Map<String, String> environment) {
        String os = osName.toLowerCase(Locale.ROOT);
        Path state;
        if (os.startsWith("mac")) {
            state = Path.of(home, "Library", "Application Support");
        } else if (os.startsWith("windows")) {
            state = Path.of(environment.getOrDefault("LOCALAPPDATA", home));
        } else {
            String xdg = environment.getOrDefault("XDG_STATE_HOME", "");
            state = xdg.startsWith("/") ? Path.of(xdg) : Path.of(home, ".local", "state");
        }
        return state.resolve("trilobit").resolve("chat-history");
    }
}
