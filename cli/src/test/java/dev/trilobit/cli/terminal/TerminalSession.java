package dev.trilobit.cli.terminal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A program in a pseudo-terminal of its own, which tmux holds. */
final class TerminalSession implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(20);

    private final Path socket;

    private TerminalSession(Path socket) {
        this.socket = socket;
    }

    /** Tells whether tmux is installed. */
    static boolean isPossible() throws IOException, InterruptedException {
        try {
            return new ProcessBuilder("tmux", "-V").start().waitFor() == 0;
        } catch (IOException _) {
            return false;
        }
    }

    /**
     * Starts {@code trilobit} as the launcher would.
     *
     * @param folder for tmux's socket and the program's state
     */
    static TerminalSession startTrilobit(Path folder, List<String> arguments)
            throws IOException, InterruptedException {
        var command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--add-modules=jdk.incubator.vector",
                                "--enable-native-access=ALL-UNNAMED",
                                "-Dtrilobit.terminals=012",
                                "-cp",
                                System.getProperty("java.class.path"),
                                "dev.trilobit.cli.Trilobit"));
        command.addAll(arguments);
        return start(folder, Map.of("XDG_STATE_HOME", folder.toString()), command);
    }

    /**
     * Starts a command in a terminal of 100 columns that stays open after its end.
     *
     * @param folder for tmux's socket
     */
    private static TerminalSession start(
            Path folder, Map<String, String> environment, List<String> command)
            throws IOException, InterruptedException {
        var session = new TerminalSession(folder.resolve("tmux"));
        var arguments =
                new ArrayList<>(
                        List.of("-f", "/dev/null", "new-session", "-d", "-x", "100", "-y", "500"));
        environment.forEach((name, value) -> arguments.addAll(List.of("-e", name + "=" + value)));
        var line = new StringBuilder();
        for (String word : command) {
            line.append('\'').append(word.replace("'", "'\\''")).append("' ");
        }
        arguments.add(line + "; echo left with $?; sleep 1000");
        session.tmux(arguments.toArray(String[]::new));
        return session;
    }

    private String tmux(String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of("tmux", "-S", socket.toString()));
        command.addAll(Arrays.asList(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(10, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException(command + ": " + output);
        }
        return output;
    }

    /** Types text, without Enter. */
    void type(String text) throws IOException, InterruptedException {
        tmux("send-keys", "-l", text);
    }

    /** Presses a key by tmux's name, such as {@code Enter} or {@code C-c}. */
    void press(String key) throws IOException, InterruptedException {
        tmux("send-keys", key);
    }

    /** Returns what the terminal shows, without empty lines at the end. */
    String screen() throws IOException, InterruptedException {
        return tmux("capture-pane", "-p", "-J").stripTrailing();
    }

    /** What a screen must be. */
    @FunctionalInterface
    interface Expectation {
        /** Tells whether this is it. */
        boolean isMet(String screen);
    }

    /**
     * Waits for a screen and returns it.
     *
     * @throws AssertionError if it does not come within a minute
     */
    String await(String what, Expectation expectation) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        String screen = screen();
        while (!expectation.isMet(screen)) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("no %s; the terminal shows:%n%s".formatted(what, screen));
            }
            Thread.sleep(BETWEEN_LOOKS);
            screen = screen();
        }
        return screen;
    }

    @Override
    public void close() throws IOException {
        try {
            tmux("kill-server");
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
