package planted.trilobit.model.text;

import picocli.CommandLine;

/** A fault: a library for commands in a library for models. */
final class ModelUsesCommandLine {
    final CommandLine commandLine = new CommandLine(this);
}
