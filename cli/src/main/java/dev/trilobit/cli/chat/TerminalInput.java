package dev.trilobit.cli.chat;

import dev.trilobit.cli.io.CommandFailedException;
import dev.trilobit.cli.io.StandardStreams;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jline.reader.EOFError;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.ParsedLine;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/** Messages typed by a person, with line editing and a history. */
final class TerminalInput implements ChatInput {
    private final Terminal terminal;
    private final LineReader reader;
    private final StandardStreams streams;

    private TerminalInput(Terminal terminal, LineReader reader, StandardStreams streams) {
        this.terminal = terminal;
        this.reader = reader;
        this.streams = streams;
    }

    static TerminalInput open(Optional<Path> historyFile, StandardStreams streams) {
        Terminal terminal;
        try {
            terminal = TerminalBuilder.builder().system(true).nativeSignals(true).build();
        } catch (IOException e) {
            throw new CommandFailedException("the terminal cannot be opened: " + e, e);
        }
        LineReaderBuilder builder =
                LineReaderBuilder.builder()
                        .terminal(terminal)
                        .appName("trilobit")
                        .parser(new MessageParser())
                        .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                        .variable(LineReader.SECONDARY_PROMPT_PATTERN, "... ");
        historyFile.ifPresent(file -> builder.variable(LineReader.HISTORY_FILE, file));
        return new TerminalInput(terminal, builder.build(), streams);
    }

    @Override
    public Optional<String> next() {
        while (true) {
            try {
                return Optional.of(reader.readLine("> "));
            } catch (UserInterruptException _) {
                streams.note("(Ctrl-D or /exit leaves)");
            } catch (EndOfFileException _) {
                return Optional.empty();
            }
        }
    }

    @Override
    public void guarded(Runnable work, Runnable onInterrupt) {
        Terminal.SignalHandler before =
                terminal.handle(Terminal.Signal.INT, _ -> onInterrupt.run());
        try {
            work.run();
        } finally {
            terminal.handle(Terminal.Signal.INT, before);
        }
    }

    @Override
    public void close() {
        try {
            terminal.close();
        } catch (IOException e) {
            throw new CommandFailedException("the terminal cannot be restored: " + e, e);
        }
    }

    /** Asks for another line while a message is incomplete; quotes and backslashes are text. */
    private static final class MessageParser extends DefaultParser {
        MessageParser() {
            setQuoteChars(new char[0]);
            setEscapeChars(new char[0]);
        }

        @Override
        public ParsedLine parse(String line, int cursor, ParseContext context) {
            if (context == ParseContext.ACCEPT_LINE && ChatText.isIncomplete(line)) {
                throw new EOFError(-1, cursor, "the message goes on");
            }
            return super.parse(line, cursor, context);
        }
    }
}
