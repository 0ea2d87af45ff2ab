package planted.trilobit.cli.run;

import org.jline.terminal.Terminal;

/** A fault: the line editor takes time to load. */
final class RunUsesLineEditor {
    private RunUsesLineEditor() {}

    static String type(Terminal terminal) {
        return terminal.getType();
    }
}
