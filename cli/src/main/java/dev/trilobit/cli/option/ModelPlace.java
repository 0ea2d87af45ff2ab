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
                "Folder or file of a model, OWNER/NAME[@REVISION][:FILE] that trilobit pull has"
                        + " fetched, embedded:bitnet or embedded:binary.",
                "Default: embedded:bitnet"
            })
    private String place = "embedded:bitnet";

    /** Returns where the model is: {@code embedded:name}, a path or a place on the hub. */
    public String place() {
        return place;
    }
}
