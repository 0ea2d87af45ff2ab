package planted.trilobit.api.quant;

import picocli.CommandLine;

/** A fault: the API needs a library. */
final class ApiUsesLibrary {
    final CommandLine commandLine = new CommandLine(this);
}
