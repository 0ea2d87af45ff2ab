package dev.trilobit.cli;

import picocli.CommandLine.IVersionProvider;

/** Says which build this is and what it runs on. */
final class BuildVersion implements IVersionProvider {
    @Override
    public String[] getVersion() {
        String version = Trilobit.class.getPackage().getImplementationVersion();
        return new String[] {
            "trilobit " + (version == null ? "(unpackaged build)" : version),
            "Java %s on %s %s"
                    .formatted(
                            Runtime.version(),
                            System.getProperty("os.name"),
                            System.getProperty("os.arch"))
        };
    }
}
