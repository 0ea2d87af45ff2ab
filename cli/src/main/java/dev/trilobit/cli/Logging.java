package dev.trilobit.cli;

import dev.trilobit.cli.io.StandardStreams;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Sends what libraries log to standard error, one line each, warnings only unless asked. */
final class Logging {
    private Logging() {}

    static void configure(StandardStreams streams, boolean verbose) {
        LogManager.getLogManager().reset();
        Level level = verbose ? Level.INFO : Level.WARNING;
        Logger root = Logger.getLogger("");
        root.setLevel(level);
        Handler handler = new LineHandler(streams);
        handler.setLevel(level);
        root.addHandler(handler);
    }

    /** Prints {@code level: message} and, if there is one, what was thrown. */
    private static final class LineHandler extends Handler {
        private final StandardStreams streams;
        private final Formatter messages =
                new Formatter() {
                    @Override
                    public String format(LogRecord entry) {
                        return formatMessage(entry);
                    }
                };

        LineHandler(StandardStreams streams) {
            this.streams = streams;
        }

        @Override
        public void publish(LogRecord entry) {
            if (isLoggable(entry)) {
                String thrown = entry.getThrown() == null ? "" : ": " + entry.getThrown();
                streams.note(
                        "%s: %s%s".formatted(entry.getLevel(), messages.format(entry), thrown));
            }
        }

        @Override
        public void flush() {
            streams.err().flush();
        }

        @Override
        public void close() {
            flush();
        }
    }
}
