package dev.trilobit.cli.terminal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The chat as a person sees it, in a pseudo-terminal. */
class ChatTerminalTest {
    /** The end token is forbidden, so that answers are as long as asked for. */
    private static final String ENDLESS = "--logit-bias=0=-Infinity";

    /** A fast machine may end an answer before the key is pressed. */
    private static final int ATTEMPTS = 5;

    @TempDir private Path folder;

    private TerminalSession terminal;

    private void chat(String... options) throws IOException, InterruptedException {
        var arguments = new ArrayList<>(List.of("chat", "--seed=1"));
        arguments.addAll(Arrays.asList(options));
        terminal = TerminalSession.startTrilobit(folder, arguments);
        terminal.await("prompt", screen -> screen.endsWith("\n>"));
    }

    @BeforeEach
    void needsTmux() throws IOException, InterruptedException {
        assumeTrue(TerminalSession.isPossible(), "tmux is not installed: no pseudo-terminal");
    }

    @AfterEach
    void closeTerminal() throws IOException {
        if (terminal != null) {
            terminal.close();
        }
    }

    private void send(String line) throws IOException, InterruptedException {
        terminal.type(line);
        terminal.press("Enter");
    }

    /**
     * Sends a line and waits for the next prompt; returns what came between. The same line may have
     * been sent before, and a busy machine shows the screen of that time for a while: the line must
     * be there once more than it was.
     */
    private String answer(String line) throws IOException, InterruptedException {
        int before = count(terminal.screen(), line);
        send(line);
        String screen =
                terminal.await(
                        "answer to " + line,
                        it -> it.endsWith("\n>") && count(it, line) == before + 1);
        String after = screen.substring(screen.lastIndexOf("> " + line) + line.length() + 2);
        return after.substring(0, after.length() - 1).strip();
    }

    /** Counts how often a line was sent. */
    private static int count(String screen, String line) {
        return screen.split("(?m)^> " + Pattern.quote(line) + " *$", -1).length - 1;
    }

    @Test
    void twoTurnsAreAnsweredAndTheBaseModelIsAnnouncedOnce()
            throws IOException, InterruptedException {
        chat("--max-tokens=16", ENDLESS);
        String first = answer("Once upon a time");
        String second = answer("Then they");
        assertTrue(first.contains("(stopped after 16 tokens)"), first);
        assertTrue(second.contains("(stopped after 16 tokens)"), second);
        assertTrue(first.length() > 40 && second.length() > 40, first + second);
        String screen = terminal.screen();
        assertEquals(2, screen.split("base model", -1).length, screen);
    }

    @Test
    void interruptStopsTheAnswerAndNotTheProgram() throws IOException, InterruptedException {
        chat("--max-tokens=500", ENDLESS);
        String screen = "";
        for (int i = 0; i < ATTEMPTS && !screen.endsWith("(stopped)\n>"); i++) {
            answer("/reset");
            long before = terminal.screen().lines().count();
            send("Once upon a time");
            terminal.await("text", it -> it.lines().count() > before + 1);
            terminal.press("C-c");
            screen = terminal.await("prompt", it -> it.endsWith(")\n>"));
        }
        assertTrue(screen.endsWith("(stopped)\n>"), screen);
        assertTrue(answer("/stats").contains("context:"));
    }

    @Test
    void interruptAtThePromptDropsTheLine() throws IOException, InterruptedException {
        chat();
        terminal.type("never sent");
        terminal.await("line", screen -> screen.endsWith("> never sent"));
        terminal.press("C-c");
        terminal.await("hint", screen -> screen.endsWith("(Ctrl-D or /exit leaves)\n>"));
    }

    @Test
    void resetForgetsTheConversation() throws IOException, InterruptedException {
        chat("--max-tokens=8", ENDLESS);
        answer("Once upon a time");
        assertFalse(answer("/stats").contains("context: 0 of"));
        assertEquals("(the conversation is forgotten)", answer("/reset"));
        assertTrue(answer("/stats").contains("context: 0 of 512"));
    }

    @Test
    void messageMayHaveSeveralLines() throws IOException, InterruptedException {
        chat("--max-tokens=8", ENDLESS);
        send("Once\\");
        terminal.await("second prompt", screen -> screen.endsWith("..."));
        send("upon");
        terminal.await("answer", screen -> screen.endsWith("tokens)\n>"));
        send("\"\"\"a");
        terminal.await("second prompt", screen -> screen.endsWith("..."));
        send("b\"\"\"");
        terminal.await("answer", screen -> screen.endsWith("tokens)\n>"));
    }

    @Test
    void helpAndUnknownCommandsAreAnsweredByTheProgram() throws IOException, InterruptedException {
        chat();
        assertTrue(answer("/help").contains("/reset   forget the conversation"));
        assertEquals("unknown command /hlep; /help lists them", answer("/hlep"));
    }

    @Test
    void endOfInputLeaves() throws IOException, InterruptedException {
        chat();
        terminal.press("C-d");
        terminal.await("end", screen -> screen.endsWith("left with 0"));
    }

    @Test
    void exitLeavesAndLinesAreRemembered() throws IOException, InterruptedException {
        chat();
        answer("/stats");
        send("/exit");
        terminal.await("end", screen -> screen.endsWith("left with 0"));
        String history = Files.readString(folder.resolve("trilobit").resolve("chat-history"));
        assertTrue(history.contains("/stats"), history);
    }
}
