package dev.trilobit.cli.option;

import picocli.CommandLine.Option;

/** The option that says which model. */
public final class ModelPlace {
    /** The option's name. */
    public static final String OPTION = "--model";

    @Option(
            names = {"-m", OPTION},
            paramLabel = "PLACE",
            description = {
                "Folder of a model, embedded:bitnet or embedded:binary.",
                "Default: embedded:bitnet"
            })
    private String place = "embedded:bitnet";

    /** Returns where the model is: {@code embedded:name} or a path. */
    public String place() {
        return place;
    }
}
